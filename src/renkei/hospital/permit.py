"""May a patient's file leave? Date-bound rules are answered here, on the true dates."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

from renkei.deid.result import Kind
from renkei.deid.source import Source
from renkei.hospital.consents import Consent
from renkei.hospital.site import Site

DATA_TYPES: Mapping[Kind, str] = {
    Kind.DICOM: "image", Kind.NIFTI: "image", Kind.SLIDE: "slide", Kind.TABLE: "clinical",
    Kind.FHIR: "clinical", Kind.VCF: "genes", Kind.MAF: "genes", Kind.LABEL: "label",
    Kind.REPORT: "report",
}  # fmt: skip


def refuse(
    site: Site, consent: Consent | None, kind: Kind, source: Source | None = None
) -> str | None:
    """Return why a file of that kind may not go, or None."""
    if consent is None:
        return "no_consent"
    if consent.withdrawn:
        return "consent_withdrawn"
    if DATA_TYPES[kind] not in consent.data_types:
        return "consent_data_type"
    if consent.day > datetime.now(UTC).date():
        return "consent_date_invalid"
    return _outside(site, consent, source.study_date) if source else None


def _outside(site: Site, consent: Consent, day: date | None) -> str | None:
    bounded = site.period_start or site.period_end
    if day is None:
        return "no_study_date" if bounded or consent.basis in {"opt_out", "broad"} else None
    if not (site.period_start or day) <= day <= (site.period_end or day):
        return "outside_approval_period"
    if consent.basis in {"opt_in", "proxy"}:
        return None
    if site.opt_out_start is None or site.opt_out_end is None:
        return "no_opt_out_window"
    within = site.opt_out_start <= day <= site.opt_out_end
    return None if within else "outside_opt_out_window"
