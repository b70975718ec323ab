"""HL7 v2.5 messages as FHIR resources: listed fields of listed segments, still with identities.

What comes out goes through the FHIR door, which removes them. SS-MIX2 (HS026) stores its messages
in ISO-2022-JP: a byte of a kanji may look like a separator, so text is decoded before it is split.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any

from renkei.deid.charset import UndecodableError, decode

Resource = dict[str, Any]
_START = re.compile(rb"\s*(?:\x0b)?MSH[^A-Za-z0-9\s]")
_ESCAPED = re.compile(r"\\(F|S|T|R|E|\.br|\.sp|H|N|X[0-9A-Fa-f]+)\\")
_TIME = re.compile(r"(\d{4})(\d\d)?(\d\d)?(?:(\d\d)(\d\d)(\d\d)?)?")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
_SEX = {"M": "male", "F": "female", "O": "other", "U": "unknown", "A": "other"}
_STATUS = {"F": "final", "C": "corrected", "P": "preliminary", "X": "cancelled", "D": "cancelled"}
# Segments without anything to keep: headers, orders' numbers, staff, timing, insurance, relatives.
_SILENT = frozenset({"MSH", "EVN", "MSA", "ORC", "TQ1", "PD1", "SFT"})
# Fields that name staff: dropped, and searched for in all that stays.
_PEOPLE = {"PV1": (7, 8, 9, 17, 52), "OBR": (10, 16, 28, 32, 33, 34, 35), "ORC": (10, 11, 12, 19),
           "OBX": (16,), "EVN": (5,), "DG1": (16,), "RXE": (13, 14), "RXA": (10,)}  # fmt: skip


def is_message(data: bytes) -> bool:
    """Tell whether bytes begin like an HL7 v2 message."""
    return bool(_START.match(data[:64]))


def read_message(data: bytes) -> list[Resource] | None:
    """Return the resources that the segments of one message stand for, or None when it is none.

    A segment that nobody listed becomes a resource of no known type: it is dropped and counted.
    """
    try:
        text = decode(data.strip(b"\x0b\x1c\r\n "), ())
    except UndecodableError:
        return None
    lines = [line for line in re.split(r"[\r\n]+", text) if line]
    if not lines or not lines[0].startswith("MSH") or len(lines[0]) < 8:
        return None
    message = _Message(lines[0][3], lines[0][4:8], hashlib.sha256(data).hexdigest())
    for line in lines:
        message.take(line)
    return message.resources


class _Message:
    """Segments in their order: a result belongs to the order before it."""

    def __init__(self, field: str, marks: str, name: str) -> None:
        self.field, self.name = field, name
        self.component, self.repeat, self.escape, self.part = list(marks.ljust(4))
        self.resources: list[Resource] = []
        self.when = ""
        self.report: Resource | None = None

    def take(self, line: str) -> None:
        name, *fields = line.split(self.field)
        self.fields = ["", *fields]
        for number in _PEOPLE.get(name, ()):
            for family, given in self.names(number):
                self.add("Practitioner", name=[{"family": family, "given": given}])
        if work := _SEGMENTS.get(name):
            work(self)
        elif name not in _SILENT:
            self.add(f"HL7 {name}")

    def add(self, kind: str, **content: object) -> Resource:
        resource: Resource = {"resourceType": kind, "id": f"{self.name}.{len(self.resources)}"}
        if kind != "Patient":
            resource |= {"subject": {"reference": "Patient/1"}}
        resource |= {key: value for key, value in content.items() if value}
        self.resources.append(resource)
        return resource

    def repeats(self, number: int) -> list[list[str]]:
        if number >= len(self.fields) or not self.fields[number]:
            return []
        return [
            [self.plain(c) for c in one.split(self.component)]
            for one in self.fields[number].split(self.repeat)
        ]

    def first(self, number: int) -> list[str]:
        found = self.repeats(number)
        return found[0] if found else []

    def text(self, number: int) -> str:
        return self.plain(self.fields[number]) if number < len(self.fields) else ""

    def plain(self, text: str) -> str:
        if self.escape != "\\":
            text = text.replace(self.escape, "\\")
        return _ESCAPED.sub(self._unescaped, text.replace(self.part, " ")).strip()

    def _unescaped(self, found: re.Match[str]) -> str:
        marks = {"F": self.field, "S": self.component, "T": self.part, "R": self.repeat,
                 "E": self.escape, ".br": "\n", ".sp": "\n"}  # fmt: skip
        return marks.get(found[1], " ")

    def time(self, number: int) -> str:
        return iso_time((self.first(number) or [""])[0])

    def names(self, number: int) -> list[tuple[str, list[str]]]:
        """Return family and given names, the number before them left out (XCN, XPN)."""
        found = []
        for parts in self.repeats(number):
            words = [p for p in parts[:7] if p and not any(c.isdigit() for c in p)]
            found += [(words[0], words[1:3])] if words else []
        return found


def iso_time(text: str) -> str:
    """Return an HL7 time as FHIR writes it, without its zone; "" when it is none."""
    found = _TIME.match(text)
    if not found:
        return ""
    year, month, day, hour, minute, second = found.groups()
    plain = "-".join(part for part in (year, month, day) if part)
    return f"{plain}T{hour}:{minute}:{second or '00'}" if day and hour else plain


def _concept(parts: list[str]) -> Resource | None:
    codings = []
    for code, display, system in (parts[0:3], parts[3:6]):
        if code:
            coding = {"code": code, "display": display, "system": system}
            codings.append({key: value for key, value in coding.items() if value})
    text = parts[1] or parts[4]
    return {"coding": codings, "text": text} if codings or text else None


def _code(message: _Message, number: int) -> Resource | None:
    parts = message.first(number)
    return _concept([*parts, *[""] * 6][:6]) if parts else None


def _pid(message: _Message) -> None:
    # The patient's own number comes first: it decides the pseudonym.
    ids = [p[0] for n in (3, 2, 4, 18, 19) for p in message.repeats(n) if p[0]]
    message.add(
        "Patient",
        identifier=[{"value": value} for value in ids],
        gender=_SEX.get(message.text(8), "unknown"),
        birthDate=message.time(7)[:10],
        **_person(message, names=(5, 6, 9), phones=(13, 14), addresses=(11,)),
    )


def _nk1(message: _Message) -> None:
    message.add("RelatedPerson", **_person(message, names=(2,), phones=(5, 6), addresses=(4,)))


def _in1(message: _Message) -> None:
    numbers = [value for n in (2, 36, 49) if (value := message.text(n))]
    message.add("Coverage", identifier=[{"value": value} for value in numbers])


def _person(
    message: _Message,
    *,
    names: tuple[int, ...],
    phones: tuple[int, ...],
    addresses: tuple[int, ...],
) -> Resource:
    lines = [p for n in phones for parts in message.repeats(n) for p in parts]
    places = [parts for n in addresses for parts in message.repeats(n)]
    return {
        "name": [{"family": f, "given": g} for n in names for f, g in message.names(n)],
        "telecom": [{"value": p} for p in lines if p[:1].isdigit()],
        "address": [{"text": part} for parts in places for part in [*parts, "".join(parts[:6])]],
    }


def _pv1(message: _Message) -> None:
    period = {"start": message.time(44), "end": message.time(45)}
    message.add(
        "Encounter",
        status="finished" if period["end"] else "unknown",
        **{"class": {"code": message.text(2)}},
        period={key: value for key, value in period.items() if value},
    )


def _obr(message: _Message) -> None:
    message.when = message.time(7)
    message.report = message.add(
        "DiagnosticReport",
        status=_STATUS.get(message.text(25), "unknown"),
        code=_code(message, 4),
        effectiveDateTime=message.when,
        issued=message.time(22),
    )


def _spm(message: _Message) -> None:
    message.when = message.time(17) or message.when
    message.add("Specimen", type=_code(message, 4), collection={"collectedDateTime": message.when})


def _obx(message: _Message) -> None:
    value = _value(message)
    if value is None:
        message.add(f"HL7 OBX {message.text(2)}")
        return
    observation = message.add(
        "Observation",
        status=_STATUS.get(message.text(11), "unknown"),
        code=_code(message, 3),
        effectiveDateTime=message.time(14) or message.when,
        referenceRange=[{"text": message.text(7)}] if message.text(7) else None,
        interpretation=[{"coding": [{"code": c[0]}]} for c in message.repeats(8) if c[0]],
        **value,
    )
    if message.report is not None:
        found = {"reference": f"Observation/{observation['id']}"}
        message.report.setdefault("result", []).append(found)


def _value(message: _Message) -> Resource | None:
    kind, text = message.text(2), message.text(5)
    unit = (message.first(6) or [""])[0]
    if kind == "NM" and _NUMBER.fullmatch(text):
        return {"valueQuantity": {"value": float(text), "unit": unit}}
    if kind == "SN":
        sign, number, *_ = [*message.first(5), "", ""]
        if _NUMBER.fullmatch(number):
            quantity = {"value": float(number), "comparator": sign, "unit": unit}
            return {"valueQuantity": {k: v for k, v in quantity.items() if v != ""}}
    if kind in {"CE", "CWE", "CNE"}:
        return {"valueCodeableConcept": _code(message, 5)}
    if kind in {"DT", "TS", "DTM"}:
        return {"valueDateTime": message.time(5)}
    if kind in {"ST", "TX", "FT", "NM", "SN", "IS", "ID", ""}:
        lines = [" ".join(filter(None, parts)) for parts in message.repeats(5)]
        return {"valueString": "\n".join(lines)}
    return None


def _nte(message: _Message) -> None:
    note = "\n".join(" ".join(parts) for parts in message.repeats(3))
    if note.strip():
        code = {"coding": [{"code": "NTE", "system": "HL7"}]}
        message.add("Observation", status="final", code=code, valueString=note)


def _problem(code: int, recorded: int, onset: int) -> Callable[[_Message], None]:
    def work(message: _Message) -> None:
        message.add(
            "Condition",
            code=_code(message, code),
            recordedDate=message.time(recorded),
            onsetDateTime=message.time(onset) if onset else "",
        )

    return work


def _drug(kind: str, code: int, dose: int, when: int) -> Callable[[_Message], None]:
    def work(message: _Message) -> None:
        amount = message.text(dose)
        unit = _code(message, dose + 2)
        quantity = {"value": float(amount)} if _NUMBER.fullmatch(amount) else {}
        if quantity and unit:
            quantity |= {"unit": unit["text"] or unit["coding"][0]["code"]}
        message.add(
            kind,
            status="completed" if when else "unknown",
            medicationCodeableConcept=_code(message, code),
            effectiveDateTime=message.time(when) if when else "",
            dosageInstruction=[{"doseQuantity": quantity}] if quantity else None,
        )

    return work


def _allergy(message: _Message) -> None:
    message.add("AllergyIntolerance", code=_code(message, 3), recordedDate=message.time(6))


_SEGMENTS: Mapping[str, Callable[[_Message], None]] = {
    "PID": _pid,
    "NK1": _nk1,
    "IN1": _in1,
    "PV1": _pv1,
    "OBR": _obr,
    "SPM": _spm,
    "OBX": _obx,
    "NTE": _nte,
    "DG1": _problem(3, 19, 5),
    "PRB": _problem(3, 7, 16),
    "RXE": _drug("MedicationRequest", 2, 3, 0),
    "RXO": _drug("MedicationRequest", 1, 2, 0),
    "RXA": _drug("MedicationAdministration", 5, 6, 3),
    "AL1": _allergy,
}
