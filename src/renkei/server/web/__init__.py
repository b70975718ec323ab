"""The web edge: one way to make the app, to ask for rights, to refuse and to list."""

from renkei.server.web.access import Db, current_actor, needs, public, route_permissions
from renkei.server.web.app import create_app
from renkei.server.web.document import gives
from renkei.server.web.lists import ListParams, Page, Params, list_page
from renkei.server.web.problem import Problem
from renkei.server.web.schema import In, Number, Out

__all__ = [
    "Db",
    "In",
    "ListParams",
    "Number",
    "Out",
    "Page",
    "Params",
    "Problem",
    "create_app",
    "current_actor",
    "gives",
    "list_page",
    "needs",
    "public",
    "route_permissions",
]
