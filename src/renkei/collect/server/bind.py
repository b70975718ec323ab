"""Bind a label to the image it was drawn on: by UIDs, by frame of reference, or by its grid."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei import compute
from renkei.collect.claims import Claim
from renkei.collect.scans import lies_on
from renkei.imaging.geometry import Geometry
from renkei.subjects.server.files import series_files
from renkei.subjects.server.tables import Instance, Series, Slide, Source, Subject

# What is drawn on images is itself no image to draw on.
MARKS = frozenset({"SEG", "RTSTRUCT", "SR", "ANN", "PR", "KO"})
MOST_SERIES = 20
SECONDS = 120.0


class Unbound(StrEnum):
    """Why a label belongs to no image."""

    NOT_FOUND = "image_not_found"
    NOT_NAMED = "image_not_named"
    AMBIGUOUS = "image_ambiguous"
    DIFFERS = "image_differs"


async def bind_label(
    session: AsyncSession, *, subject: Subject, claim: Claim, refers: Mapping[str, Any] | None
) -> dict[str, Any] | Unbound:
    """Return the pointer to a label's image, or why there is none.

    What the sender says chooses among images that fit; it never makes one fit.
    """
    said = refers or {}
    if "sha256" in said or claim.size is not None:
        return await _slide(session, subject, claim, said.get("sha256"))
    if claim.images or claim.frames:
        found = await _by_uid(session, subject, claim)
        return _chosen(found, said.get("series_uid"))
    if claim.grid is not None:
        return await _by_grid(session, subject, claim.grid, said.get("series_uid"))
    return Unbound.NOT_NAMED


async def _slide(
    session: AsyncSession, subject: Subject, claim: Claim, sha256: str | None
) -> dict[str, Any] | Unbound:
    query = select(Slide).where(Slide.subject_id == subject.id)
    if sha256 is not None:
        query = query.where(Slide.sha256 == sha256)
    slides = (await session.scalars(query)).all()
    fitting = [one for one in slides if _inside(claim, one)]
    if len(fitting) == 1:
        return {"sha256": fitting[0].sha256}
    if fitting:
        return Unbound.AMBIGUOUS
    return Unbound.DIFFERS if slides else Unbound.NOT_FOUND


def _inside(claim: Claim, slide: Slide) -> bool:
    size = (slide.width, slide.height)
    near = claim.reach is None or (claim.reach[0] <= size[0] and claim.reach[1] <= size[1])
    return near and claim.size in {None, size}


async def _by_uid(session: AsyncSession, subject: Subject, claim: Claim) -> Sequence[str]:
    """Return the series that hold a named image, else those in the same frame of reference."""
    mine = (Series.subject_id == subject.id, Series.modality.not_in(MARKS))
    named = (
        select(Series.series_uid)
        .join(Instance, Instance.series_id == Series.id)
        .where(*mine, Instance.sop_uid.in_(claim.images))
        .distinct()
    )
    if found := (await session.scalars(named)).all():
        return found
    placed = select(Series.series_uid).where(*mine, Series.frame_of_reference_uid.in_(claim.frames))
    return (await session.scalars(placed)).all()


def _chosen(found: Sequence[str], said: str | None) -> dict[str, Any] | Unbound:
    if said in found:
        return {"series_uid": said}
    if not found:
        return Unbound.NOT_FOUND
    if said is not None:
        return Unbound.DIFFERS
    return {"series_uid": found[0]} if len(found) == 1 else Unbound.AMBIGUOUS


async def _by_grid(
    session: AsyncSession, subject: Subject, grid: Geometry, said: str | None
) -> dict[str, Any] | Unbound:
    """Return the one series whose voxels lie where the label's do."""
    query = select(Series).where(Series.subject_id == subject.id, Series.modality.not_in(MARKS))
    if said is not None:
        query = query.where(Series.series_uid == said)
    candidates = (await session.scalars(query)).all()
    likely = [
        one for one in candidates if one.source is Source.NIFTI or one.instances in grid.shape
    ]
    if len(likely) > MOST_SERIES:
        return Unbound.AMBIGUOUS
    found = []
    for series in likely:
        files = await series_files(session, series.id)
        nifti = series.source is Source.NIFTI
        if await compute.run(lies_on, files, grid, nifti=nifti, seconds=SECONDS):
            found.append(series.series_uid)
    if candidates and not found:
        return Unbound.DIFFERS
    return _chosen(found, said)
