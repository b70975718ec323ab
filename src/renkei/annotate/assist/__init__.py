"""Assists that propose a first mask; packages add theirs under `renkei.assist`."""

from renkei.annotate.assist import body, bone
from renkei.annotate.assistant import Assist
from renkei.plugins import collect

ASSISTS: tuple[Assist, ...] = collect((body.ASSIST, bone.ASSIST), "assist")
