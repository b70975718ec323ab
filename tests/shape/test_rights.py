"""Rights: every route names a permission, and the printed table is true for every role."""

import re
from uuid import uuid4

import pytest
from tests.shape.source import ROOT

from renkei.server.actor import PERMISSIONS, Permission, Role
from renkei.server.web.access import route_permissions

ROLES = [role for role in Role if role is not Role.SYSTEM]
# Bodies and answers of these are not plain JSON calls; they have tests of their own.
STREAMS = ("/events", "/uploads", "/metrics")


@pytest.fixture(scope="module")
def walked(app):
    found = list(route_permissions(app.routes))
    assert len(found) > 80
    return found


def test_every_route_names_a_permission_or_is_public(walked):
    public = {path for _, path, asked in walked if asked is None}
    allowed = re.compile(
        r"/(healthz|readyz|metrics|api/v1/openapi\.json|api/v1/people/.*"
        r"|api/v1/annotate/monai/auth/.*|api/v1/ledger/(trust|checkpoint|recalls).*|.*witness.*|api/v1)"
    )
    assert [path for path in public if not allowed.fullmatch(path)] == []


def test_every_permission_is_asked_by_a_route_and_held_by_a_role(walked):
    asked = frozenset().union(*(p for _, _, p in walked if p is not None))
    held = frozenset().union(*(PERMISSIONS[role] for role in ROLES))
    assert {str(p) for p in Permission if p not in asked} == set()
    assert {str(p) for p in Permission if p not in held} == set()


def test_the_printed_table_is_the_table():
    page = (ROOT / "docs" / "reference" / "permissions.md").read_text("utf-8")
    for permission in Permission:
        cells = ["✓" if permission in PERMISSIONS[role] else "" for role in ROLES]
        row = f"| `{permission}` | " + " | ".join(cells) + " |"
        assert row in page, f"run ./dev docs: {permission}"


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_without_the_permission_is_refused_on_every_route(
    role, client_for, site_a, walked
):
    client = await client_for(role, site=site_a if role is Role.HOSPITAL else None)
    wrong = []
    tried = 0
    for method, path, asked in walked:
        if asked is None or path.endswith(STREAMS) or asked <= PERMISSIONS[role]:
            continue
        tried += 1
        answer = await client.request(method, re.sub(r"\{[^}]+\}", str(uuid4()), path), json={})
        if answer.status_code != 403:
            wrong.append((method, path, answer.status_code))
    assert wrong == []
    assert tried > 20


@pytest.mark.parametrize("role", ROLES)
async def test_nobody_signed_in_is_asked_to_sign_in(role, client_for, site_a, walked):
    client = await client_for(role, site=site_a if role is Role.HOSPITAL else None)
    client.headers.pop("Authorization")
    for method, path, asked in walked:
        if asked is None or path.endswith(STREAMS):
            continue
        answer = await client.request(method, re.sub(r"\{[^}]+\}", str(uuid4()), path), json={})
        assert answer.status_code == 401, (method, path)
