"""Invented persons: what two hospitals would hold of their patients, and obviously nobody."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

DIGITS = "〇一二三四五六七八九"
KANA_DIGITS = ("ゼロ", "イチ", "ニ", "サン", "ヨン", "ゴ", "ロク", "ナナ", "ハチ", "キュウ")


@dataclass(frozen=True, slots=True)
class Hospital:
    """One invented hospital; `letter` tells it apart."""

    letter: str
    code: str
    name: str
    uid_root: str
    physician: str
    address: str


FIRST = Hospital(
    "A",
    "11",
    "架空連携第一病院見本放射線科",
    "1.2.392.999991.11",
    "見本田^架空医師一郎左衛門",
    "東京都架空区見本町一丁目一番地",
)
SECOND = Hospital(
    "B",
    "22",
    "架空見本総合病院中央診療部",
    "1.2.392.999991.22",
    "架空川^見本医師次郎左衛門",
    "大阪府架空市見本台二丁目二番地",
)


@dataclass(frozen=True, slots=True)
class Person:
    """One invented patient of one hospital."""

    hospital: Hospital
    number: int
    sex: str
    birth: date
    study: date

    @property
    def kanji(self) -> str:
        """Return family^given as a Japanese hospital writes it."""
        tail = "".join(DIGITS[int(d)] for d in f"{self.number:03d}")
        return f"山田見本^太郎左衛門之助{self.hospital.letter}{tail}"

    @property
    def kana(self) -> str:
        """Return the reading of the name."""
        tail = "".join(KANA_DIGITS[int(d)] for d in f"{self.number:03d}")
        return f"ヤマダミホン^タロウザエモン{tail}"

    @property
    def latin(self) -> str:
        """Return the name in Latin letters."""
        return f"YAMADAMIHON^TAROZAEMON {self.hospital.letter}{self.number:03d}"

    @property
    def dicom_name(self) -> str:
        """Return the three groups of a DICOM person name."""
        return f"{self.latin}={self.kanji}={self.kana}"

    @property
    def patient_id(self) -> str:
        """Return the number on the hospital's card: zeros in front, as cards have them."""
        return f"00{self.hospital.code}7{self.number:03d}904{self.number * 37 % 1000:03d}"

    @property
    def accession(self) -> str:
        """Return the order number of the examination."""
        return f"ACC{self.hospital.code}{self.study:%Y%m%d}{self.number:03d}"

    @property
    def phone(self) -> str:
        """Return a telephone number that nobody has."""
        return f"000-{self.hospital.code}00-{self.number:04d}"

    @property
    def address(self) -> str:
        """Return an address that is nowhere."""
        return f"{self.hospital.address}{self.number:03d}号室"

    def uid(self, *parts: int) -> str:
        """Return a UID as a scanner makes it: site, patient and date stand in it."""
        tail = ".".join(str(p) for p in parts)
        return f"{self.hospital.uid_root}.{self.number}.{self.study:%Y%m%d}.{tail}"

    def identifiers(self) -> Iterator[str]:
        """Yield everything that must be found nowhere on the platform."""
        yield from (self.kanji.replace("^", ""), self.kana.replace("^", " "), self.latin)
        yield from (self.patient_id, self.patient_id.lstrip("0"), self.accession)
        yield from (self.phone, self.address, self.birth.isoformat(), self.uid(1))
        yield from (self.hospital.name, self.hospital.address, self.hospital.physician)


# Examined years before the ethics approval began.
TOO_EARLY = 6
# Half a year between the two scans of a patient who is followed.
FOLLOWUP_DAYS = 182


def at_followup(patient: Person) -> Person:
    """Return the same patient on the day of the second scan."""
    return replace(patient, study=patient.study + timedelta(days=FOLLOWUP_DAYS))


def person(hospital: Hospital, number: int) -> Person:
    """Return the patient of that number; the same number is always the same patient."""
    birth = date(1931, 1, 7) + timedelta(days=(number * 641 + int(hospital.code) * 97) % 20_000)
    study = date(2024, 4, 1) + timedelta(days=(number * 11) % 700)
    if number == TOO_EARLY:
        study = date(2019, 5, 13)
    return Person(hospital, number, "MF"[number % 2], birth, study)
