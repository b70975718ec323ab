"""Assists that propose a first mask; packages add theirs under `renkei.assist`."""

from renkei.annotate.assist import body, bone, forest, lung, point
from renkei.annotate.assist.network import networks
from renkei.annotate.assistant import Assist
from renkei.plugins import collect

ASSISTS: tuple[Assist, ...] = collect(
    (body.ASSIST, bone.ASSIST, lung.ASSIST, point.ASSIST, forest.ASSIST), "assist"
)


def assists() -> tuple[Assist, ...]:
    """Return what is built in or installed, and the networks of the setting `assist_models`."""
    return (*ASSISTS, *networks())
