"""Sign a report: the first reader, then another; afterwards only addenda, or that it was wrong."""

from dataclasses import asdict
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.annotate.facts import Facts
from renkei.annotate.protocol import SignerIsAuthorError
from renkei.annotate.reports.check import check_words
from renkei.annotate.reports.seal import (
    FIRST,
    Part,
    ReportStatement,
    report_hash,
    sign_report_statement,
    verify_report,
)
from renkei.annotate.reports.sections import LANGUAGES, sections_of
from renkei.annotate.reports.status import CLOSED, ReportState
from renkei.annotate.server.find import find_task
from renkei.annotate.server.key import signing_key
from renkei.annotate.server.report_facts import facts_of_report
from renkei.annotate.server.report_tables import Report, ReportSignature
from renkei.annotate.server.reporting import find_report, open_report, problems_of, texts_of
from renkei.errors import ConflictError, DataRefusedError
from renkei.proof import canonical, digest
from renkei.server.audit import record
from renkei.server.db import actor_of


class AuthorSignsFirstError(ConflictError):
    """The first signature is the author's."""


class SectionsUnconfirmedError(DataRefusedError):
    """Some sections were not said to have been read."""


class ReportContradictsError(DataRefusedError):
    """The text says other than the facts, and no reason was given to sign it all the same."""


class ReportOpenError(ConflictError):
    """The report is not signed by both readers yet."""


async def sign_report(
    session: AsyncSession, *, report_id: UUID, revision: int, override: str | None = None
) -> Report:
    """Sign a report after measuring again; what contradicts the facts needs a reason.

    Raises:
        NoSuchReportError: There is none, or none that the actor may see.
        ReportSignedError: It is signed.
        ReportChangedError: It was changed since the actor read it, or measures otherwise now.
        AuthorSignsFirstError: The actor did not write it, and its author has not signed.
        SignerIsAuthorError: The actor signed as the first reader.
        SectionsUnconfirmedError: The author has not confirmed each section.
        ReportContradictsError: The text says other than the facts; they are listed.
    """
    report = await open_report(session, report_id=report_id, revision=revision)
    first = report.state is ReportState.DRAFT
    _check_part(report, UUID(actor_of(session).id), first=first)
    task = await find_task(session, task_id=report.task_id)
    facts = await facts_of_report(session, task=task, report=report)
    texts = texts_of(report)
    problems = problems_of(facts, texts)
    if problems and not (override or report.override):
        raise ReportContradictsError(
            "The text says other than the labels: correct it, or say why you sign all the same.",
            problems=len(problems),
        )
    report.problems, report.facts = problems, facts.to_json()
    report.override = override or report.override
    sha256 = report_hash(facts, texts)
    part = Part.FIRST_READER if first else Part.SECOND_READER
    await _sign(session, report, part, sha256)
    report.sha256 = sha256
    report.state = ReportState.PRELIMINARY if first else ReportState.SIGNED
    if not first:
        report.signer_id, report.signed_at = UUID(actor_of(session).id), datetime.now(UTC)
    await session.flush()
    await record(session, "annotate.sign_report", report, why=override)
    return report


async def add_addendum(
    session: AsyncSession, *, report_id: UUID, text_ja: str, text_en: str
) -> ReportSignature:
    """Add to a signed report; the texts and signatures before stay as they are.

    Raises:
        NoSuchReportError: There is none, or none that the actor may see.
        ReportOpenError: It is not signed by both readers; edit it instead.
        ReportContradictsError: The addendum says other than the facts.
    """
    report = await find_report(session, report_id=report_id, lock=True)
    if report.state not in CLOSED:
        raise ReportOpenError("This report is not signed yet; change its text instead.")
    facts = Facts.from_json(report.facts)
    texts = {"ja": text_ja, "en": text_en}
    problems = [p for language in LANGUAGES for p in check_words(texts[language], facts, language)]
    if problems:
        raise ReportContradictsError(
            "The addendum says other than the labels; what changes them is a new reading.",
            problems=len(problems),
            codes=", ".join(sorted({asdict(p)["code"] for p in problems})),
        )
    row = await _sign(session, report, Part.ADDENDUM, report.sha256 or "", texts)
    report.state = ReportState.AMENDED
    await session.flush()
    await record(session, "annotate.amend_report", report)
    return row


async def withdraw_report(session: AsyncSession, *, report_id: UUID, reason: str) -> Report:
    """Say that a report was entered in error, such as about another patient; it stays readable.

    Raises:
        NoSuchReportError: There is none, or none that the actor may see.
    """
    report = await find_report(session, report_id=report_id, lock=True)
    report.state, report.reason = ReportState.ENTERED_IN_ERROR, reason
    await session.flush()
    await record(session, "annotate.withdraw_report", report, why=reason)
    return report


async def signatures_of(session: AsyncSession, *, report: Report) -> list[ReportSignature]:
    """Return the signatures that stand for a report's present text, in their order."""
    query = select(ReportSignature).where(ReportSignature.report_id == report.id)
    rows = list(await session.scalars(query.order_by(ReportSignature.number)))
    # An edit takes the first reader's signature away; the row stays, the chain begins anew.
    begins = max((n for n, row in enumerate(rows) if row.part is Part.FIRST_READER), default=0)
    return [] if report.sha256 is None else rows[begins:]


async def check_signatures(session: AsyncSession, *, report: Report) -> None:
    """Check that facts, texts and addenda are the ones that were signed.

    Raises:
        NoteRefusedError: A note is not of this platform's key.
        SignatureBrokenError: A fact, a letter or a note is another than was signed.
    """
    rows = await signatures_of(session, report=report)
    notes = [row.note for row in rows]
    added = [_text_hash(row.text_ja, row.text_en) for row in rows]
    verify_report(
        notes,
        [signing_key().verifier],
        facts=Facts.from_json(report.facts),
        texts=texts_of(report),
        added=added,
    )


def _check_part(report: Report, actor: UUID, *, first: bool) -> None:
    if first and report.author_id != actor:
        raise AuthorSignsFirstError("Whoever wrote this report signs first; edit it to sign first.")
    if not first and report.author_id == actor:
        raise SignerIsAuthorError("You were its first reader; somebody else signs next.")
    there = sections_of(report.text_ja, "ja").keys() | sections_of(report.text_en, "en").keys()
    if first and (left := there - set(report.confirmed)):
        raise SectionsUnconfirmedError(
            "Confirm each section first, in both languages.", sections=", ".join(sorted(left))
        )


async def _sign(
    session: AsyncSession,
    report: Report,
    part: Part,
    sha256: str,
    texts: dict[str, str] | None = None,
) -> ReportSignature:
    query = select(ReportSignature).where(ReportSignature.report_id == report.id)
    rows = list(await session.scalars(query.order_by(ReportSignature.number)))
    before = FIRST if part is Part.FIRST_READER or not rows else digest(rows[-1].note.encode())
    said = texts or {"ja": "", "en": ""}
    statement = ReportStatement(
        report=sha256,
        labels=str(report.facts["labels"]),
        part=part,
        signer=actor_of(session).id,
        signed_at=datetime.now(UTC).isoformat(timespec="seconds"),
        previous=before,
        text=_text_hash(said["ja"], said["en"]),
    )
    row = ReportSignature(
        subject_id=report.subject_id,
        site_id=report.site_id,
        task_id=report.task_id,
        report_id=report.id,
        number=len(rows) + 1,
        part=part,
        signer_id=UUID(statement.signer),
        note=sign_report_statement(statement, signing_key()),
        text_ja=said["ja"],
        text_en=said["en"],
    )
    session.add(row)
    await session.flush()
    return row


def _text_hash(ja: str, en: str) -> str:
    return digest(canonical({"ja": ja, "en": en})) if ja or en else ""
