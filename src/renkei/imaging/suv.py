"""What a PET series says that a standard uptake value needs: PS3.3 C.8.9.1, C.8.9.2."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pydicom.dataset import Dataset

from renkei.imaging.slices import Slice

PHILIPS, SUV_FACTOR, ACTIVITY_FACTOR = "Philips PET Private Group", 0x00, 0x09
GE, GE_SCAN_START = "GEMS_PETD_01", 0x0D
# A time of day without a date may lie on the day before; longer waits are not guessed at.
LONGEST_WAIT = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class PetFacts:
    """What one PET series says; None where it says nothing that can be used.

    `wait_s` are the seconds from injection to the start of the scan. Dates are not kept.
    `several_tracers`: more than one radiopharmaceutical was given.
    """

    units: str = ""
    corrected: tuple[str, ...] = ()
    decay_correction: str = ""
    suv_type: str = ""
    weight_kg: float | None = None
    dose_bq: float | None = None
    half_life_s: float | None = None
    wait_s: float | None = None
    scan_start_known: bool = False
    suv_factor: float | None = None
    activity_factor: float | None = None
    several_tracers: bool = False


def pet_facts(slices: Sequence[Slice]) -> PetFacts:
    """Return the facts of a PET series from the full header of one slice and the times of all.

    Scan start is the series' time unless a slice was acquired before it; then only GE's private
    scan time tells.

    Raises:
        ValueError: A number is none.
    """
    whole = slices[0].whole_header()
    tracers = list(whole.get("RadiopharmaceuticalInformationSequence") or ())
    tracer = tracers[0] if tracers else Dataset()
    start = _scan_start(slices)
    injected = None if start is None else _injected(tracer, start)
    wait = None if start is None or injected is None else (start - injected).total_seconds()
    return PetFacts(
        units=_text(whole, "Units"),
        corrected=tuple(str(v) for v in _list(whole.get("CorrectedImage"))),
        decay_correction=_text(whole, "DecayCorrection"),
        suv_type=_text(whole, "SUVType"),
        weight_kg=_number(whole, "PatientWeight"),
        dose_bq=_number(tracer, "RadionuclideTotalDose"),
        half_life_s=_number(tracer, "RadionuclideHalfLife"),
        wait_s=wait,
        scan_start_known=start is not None,
        suv_factor=_factor(slices, SUV_FACTOR),
        activity_factor=_factor(slices, ACTIVITY_FACTOR),
        several_tracers=len(tracers) > 1,
    )


def _scan_start(slices: Sequence[Slice]) -> datetime | None:
    header = slices[0].header
    start = _moment(header.get("SeriesDate"), header.get("SeriesTime"))
    acquired = [_acquired(one.header) for one in slices]
    known = [moment for moment in acquired if moment is not None]
    if start is not None and len(known) == len(slices) and start <= min(known):
        return start
    raw = slices[0].private(0x0009, GE, GE_SCAN_START).decode("latin-1")
    return _stamp(raw)


def _acquired(header: Dataset) -> datetime | None:
    date = header.get("AcquisitionDate") or header.get("SeriesDate")
    return _moment(date, header.get("AcquisitionTime"))


def _injected(tracer: Dataset, scan: datetime) -> datetime | None:
    if stamp := _stamp(_text(tracer, "RadiopharmaceuticalStartDateTime")):
        return stamp if stamp <= scan else None
    at = _moment(scan.strftime("%Y%m%d"), tracer.get("RadiopharmaceuticalStartTime"))
    if at is None:
        return None
    if at > scan:
        at -= timedelta(days=1)
    return at if scan - at <= LONGEST_WAIT else None


def _moment(date: Any, time: Any) -> datetime | None:
    day, clock = str(date or "").strip(" \0"), str(time or "").strip(" \0")
    return _stamp(day + clock) if len(day) == 8 and len(clock) >= 4 else None


def _stamp(text: str) -> datetime | None:
    """Return a DT, or a DA and TM in one; minutes at least, the offset from UTC is left out."""
    plain = text.strip(" \0").split("+")[0].split("-")[0]
    whole, _, part = plain.partition(".")
    try:
        # PS3.5 6.2: without an offset both times are local, and only their difference is used.
        form = "%Y%m%d%H%M%S" if len(whole) == 14 else "%Y%m%d%H%M"
        found = datetime.strptime(whole, form).replace(tzinfo=UTC)
    except ValueError:
        return None
    return found + timedelta(microseconds=int(part[:6].ljust(6, "0")) if part.isdigit() else 0)


def _factor(slices: Sequence[Slice], element: int) -> float | None:
    """Return a factor that Philips gives all slices alike."""
    said = {one.private(0x7053, PHILIPS, element).decode("latin-1").strip(" \0") for one in slices}
    if len(said) != 1 or not (text := said.pop()):
        return None
    value = float(text)
    return value if value > 0 else None


def _text(dataset: Dataset, keyword: str) -> str:
    return str(dataset.get(keyword) or "").strip(" \0")


def _list(value: Any) -> list[Any]:
    return [] if value is None else [value] if isinstance(value, str) else list(value)


def _number(dataset: Dataset, keyword: str) -> float | None:
    value = dataset.get(keyword)
    return None if value is None or value == "" else float(value)
