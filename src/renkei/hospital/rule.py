"""An extraction rule: which series a study wants, written as TOML; never a patient's name."""

import csv
import hashlib
import io
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from pathlib import Path

from pydicom import Dataset

from renkei.deid.dates import BadDateError, parse_day
from renkei.deid.pseudonym import normal_id
from renkei.errors import DataRefusedError

ADULT = 18
_CONTRAST = ("造影", "contrast", "enhanc", "c+", "ce+")
_DAYS_OF_YEAR = 365.2425
# The letters of an Age String (PS3.5 6.2), in days.
_AGE_UNITS = {"D": 1.0, "W": 7.0, "M": _DAYS_OF_YEAR / 12, "Y": _DAYS_OF_YEAR}


class BadRuleError(DataRefusedError):
    """An extraction rule, or a list that it names, cannot be read or understood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What is wanted; what is not set does not bound.

    `words`: one of them stands in a description or in the report. `patients` and `accessions`:
    only these, when the rule names a list. `reports`: text by accession number.
    """

    name: str
    modality: tuple[str, ...]
    study_from: date
    study_to: date
    body_part: tuple[str, ...] = ()
    slice_mm_max: float | None = None
    contrast: bool | None = None
    words: tuple[str, ...] = ()
    adult: bool = False
    images_min: int = 1
    patients: frozenset[str] = frozenset()
    accessions: frozenset[str] = frozenset()
    reports: Mapping[str, str] = field(default_factory=dict)
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """Why a series is not wanted, and what only its header can tell; neither: it is wanted."""

    reasons: tuple[str, ...]
    unclear: tuple[str, ...]


def read_rule(path: Path) -> Rule:
    """Return the rule of a TOML file; lists that it names are read from beside it.

    Raises:
        BadRuleError: It is no TOML, has an unknown or missing key, or a value of a wrong type.
    """
    try:
        data = path.read_bytes()
        raw = tomllib.loads(data.decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadRuleError("The rule cannot be read; check that it is a TOML file.") from error
    mark = hashlib.sha256(data)
    if "ids" in raw:
        raw |= _ids(path.with_name(str(raw.pop("ids"))), mark)
    if "reports" in raw:
        raw["reports"] = _reports(path.with_name(str(raw.pop("reports"))), mark)
    known = {f.name for f in fields(Rule)} - {"sha256"}
    if unknown := sorted(set(raw) - known):
        raise BadRuleError(f"The rule has the unknown key '{unknown[0]}'; known: {_listed(known)}.")
    for name in ("modality", "body_part", "words"):
        if name in raw:
            raw[name] = tuple(str(v) for v in raw[name])
    try:
        rule = Rule(**raw, sha256=mark.hexdigest())
    except TypeError as error:
        raise BadRuleError(
            "The rule needs name, modality, study_from and study_to; add what is missing."
        ) from error
    return _checked(rule)


def _checked(rule: Rule) -> Rule:
    days = (rule.study_from, rule.study_to)
    if not all(isinstance(d, date) and not isinstance(d, datetime) for d in days):
        raise BadRuleError("Write study_from and study_to as bare dates, such as 2019-01-01.")
    if rule.study_from > rule.study_to or rule.study_from > datetime.now(UTC).date():
        raise BadRuleError("study_from lies after study_to or in the future; set an earlier day.")
    if not rule.modality:
        raise BadRuleError("The rule names no modality; give one, such as CT.")
    if not isinstance(rule.slice_mm_max, int | float | None):
        raise BadRuleError("slice_mm_max is a number of millimetres, without quotes.")
    return rule


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names - {"patients", "accessions"} | {"ids"}))


def _rows(path: Path, mark: "hashlib._Hash") -> list[dict[str, str]]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadRuleError("A list that the rule names is not beside it; put it there.") from error
    mark.update(data)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp932", "replace")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def _ids(path: Path, mark: "hashlib._Hash") -> dict[str, frozenset[str]]:
    rows = _rows(path, mark)
    patients = frozenset(v for r in rows if (v := (r.get("patient_id") or "").strip()))
    numbers = frozenset(v for r in rows if (v := (r.get("accession") or "").strip()))
    if not patients and not numbers:
        raise BadRuleError("The list of IDs has no column patient_id or accession; add one.")
    return {"patients": patients, "accessions": numbers}


def _reports(path: Path, mark: "hashlib._Hash") -> dict[str, str]:
    rows = _rows(path, mark)
    if rows and not {"accession", "text"} <= rows[0].keys():
        raise BadRuleError("The list of reports needs the columns accession and text; add them.")
    found: dict[str, str] = {}
    for row in rows:
        number = (row["accession"] or "").strip()
        found[number] = f"{found.get(number, '')}\n{row['text'] or ''}"
    return found


def judge(rule: Rule, facts: Dataset, *, header: bool = False) -> Answer:
    """Judge a series by what the archive answered; with `header`, by what a file itself says.

    What an answer leaves open is unclear: archives seldom tell slice thickness or contrast. What a
    file leaves open is a reason, as nothing may be guessed.
    """
    checks = (
        _patient(rule, facts), _modality(rule, facts), _body(rule, facts), _slice(rule, facts),
        _contrast(rule, facts, header=header), _word(rule, facts), _age(rule, facts),
        _images(rule, facts, header=header),
    )  # fmt: skip
    found = [code for code in checks if code]
    open_ = tuple(code for code in found if code.endswith("_unknown"))
    if header:
        return Answer(tuple(found), ())
    return Answer(tuple(c for c in found if c not in open_), open_)


def judge_study(rule: Rule, facts: Dataset) -> Answer:
    """Judge what can be said of a whole study, before its series are asked for."""
    found = [code for code in (_patient(rule, facts), _age(rule, facts)) if code]
    return Answer(tuple(c for c in found if not c.endswith("_unknown")), ())


def _text(facts: Dataset, *names: str) -> str:
    joined = "\n".join(str(facts.get(name) or "") for name in names)
    return unicodedata.normalize("NFKC", joined).casefold()


def _folded(word: str) -> str:
    return unicodedata.normalize("NFKC", word).casefold()


_DESCRIPTIONS = ("StudyDescription", "SeriesDescription", "ProtocolName")


def _patient(rule: Rule, facts: Dataset) -> str | None:
    if not rule.patients and not rule.accessions:
        return None
    wanted = {normal_id(p) for p in rule.patients}
    listed = normal_id(str(facts.get("PatientID") or "")) in wanted
    return None if listed or str(facts.get("AccessionNumber")) in rule.accessions else "not_listed"


def _modality(rule: Rule, facts: Dataset) -> str | None:
    return None if facts.get("Modality") in rule.modality else "other_modality"


def _body(rule: Rule, facts: Dataset) -> str | None:
    if not rule.body_part:
        return None
    told = _text(facts, "BodyPartExamined")
    everything = told + "\n" + _text(facts, *_DESCRIPTIONS)
    if any(_folded(part) in everything for part in rule.body_part):
        return None
    return "other_body_part" if told else "body_part_unknown"


def _slice(rule: Rule, facts: Dataset) -> str | None:
    if rule.slice_mm_max is None:
        return None
    told = facts.get("SliceThickness")
    if told is None or told == "":
        return "slice_unknown"
    return None if float(told) <= rule.slice_mm_max else "slice_too_thick"


def _contrast(rule: Rule, facts: Dataset, *, header: bool) -> str | None:
    if rule.contrast is None:
        return None
    text = _text(facts, *_DESCRIPTIONS)
    # 単純 = plain; 非造影 holds the word for contrast and denies it.
    denied = "単純" in text or "非造影" in text or "non-contrast" in text or "plain" in text
    if facts.get("ContrastBolusAgent") or (not denied and any(w in text for w in _CONTRAST)):
        return None if rule.contrast else "with_contrast"
    if not header and not denied:
        return "contrast_unknown"
    return "no_contrast" if rule.contrast else None


def _word(rule: Rule, facts: Dataset) -> str | None:
    if not rule.words:
        return None
    report = _folded(rule.reports.get(str(facts.get("AccessionNumber") or ""), ""))
    text = _text(facts, *_DESCRIPTIONS)
    if any(_folded(word) in text + "\n" + report for word in rule.words):
        return None
    return "no_such_word" if text.strip() or report else "word_unknown"


def _age(rule: Rule, facts: Dataset) -> str | None:
    if not rule.adult:
        return None
    age = age_of(facts)
    if age is None:
        return "age_unknown"
    return None if age >= ADULT else "not_adult"


def age_of(facts: Dataset) -> int | None:
    """Return the age in years on the day of the study, or None when nothing tells it."""
    told = str(facts.get("PatientAge") or "")
    if told[:-1].isdigit() and told[-1:] in _AGE_UNITS:
        return int(int(told[:-1]) * _AGE_UNITS[told[-1]] / _DAYS_OF_YEAR + 1e-6)
    try:
        birth = parse_day(str(facts.get("PatientBirthDate") or ""))
        day = parse_day(str(facts.get("StudyDate") or ""))
    except BadDateError:
        return None
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def _images(rule: Rule, facts: Dataset, *, header: bool) -> str | None:
    told = facts.get("NumberOfSeriesRelatedInstances")
    if header or told is None or told == "":
        return None
    return None if int(told) >= rule.images_min else "too_few_images"
