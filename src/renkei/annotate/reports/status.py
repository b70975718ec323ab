"""Where a report stands, and what each format calls it."""

from dataclasses import dataclass
from enum import StrEnum

from renkei.annotate.reports.sections import Language


class ReportState(StrEnum):
    """A draft is nobody's word yet; `signed` by both readers; `amended` by an addendum since."""

    DRAFT = "draft"
    PRELIMINARY = "preliminary"
    SIGNED = "signed"
    AMENDED = "amended"
    ENTERED_IN_ERROR = "entered_in_error"


# HL7 FHIR R4 DiagnosticReport.status.
FHIR = {
    ReportState.DRAFT: "registered",
    ReportState.PRELIMINARY: "preliminary",
    ReportState.SIGNED: "final",
    ReportState.AMENDED: "amended",
    ReportState.ENTERED_IN_ERROR: "entered-in-error",
}
CLOSED = frozenset({ReportState.SIGNED, ReportState.AMENDED})


@dataclass(frozen=True, slots=True)
class Written:
    """A report as formats write it: its parts as codes and pseudonyms, never a name.

    `id` names the report, `subject` the patient's pseudonym here, `issued` the last signature in
    ISO 8601, `readers` their codes in the order in which they signed, `addenda` both languages of
    each, `figures` PNG by the number that the text cites.
    """

    id: str
    state: ReportState
    subject: str
    study: str
    issued: str
    readers: tuple[str, ...]
    texts: dict[Language, str]
    sha256: str
    addenda: tuple[tuple[str, str], ...] = ()
    figures: tuple[bytes, ...] = ()
