"""Invented identities written into real scans, at the places that tools forget.

Each marker is an invented word, number or date; `plant` returns the bytes and the markers that it
has written, so that a test can prove that each is in the input before it looks for it afterwards.
"""

import io
import struct
from dataclasses import dataclass
from pathlib import Path

import pydicom
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

SAMPLES = Path(__file__).parents[2] / "samples"
NAME = "Yamadera^Tarozaemon=山寺^太郎左=ヤマデラ^タロウザエモン"
PATIENT_ID = "0090417723"
BIRTH = "19520318"
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "cp932", "euc_jp", "iso2022_jp")

# Marker → what it stands for; every one is looked for in the bytes of input and output.
TEXTS = {
    "PatientAddress": "東京都架空区見本町4-5-6",
    "InstitutionName": "架空中央病院",
    "InstitutionAddress": "Kakuu-machi 77, Nowhere-shi",
    "InstitutionalDepartmentName": "Kakuu Department Nine",
    "PatientTelephoneNumbers": "090-5551-7345",
    "OtherPatientIDs": "XK-7781234",
    "AccessionNumber": "ACC88231177",
    "StudyID": "ST55219",
    "AdmissionID": "ADM4419001",
    "PatientComments": "ZComment-Quellwasser",
    "AdditionalPatientHistory": "ZHistory-Birnbaum",
    "ImageComments": "ZImagecomment-Ziegelhof",
    "RequestingService": "ZService-Muehlbach",
    "DeviceSerialNumber": "SN77112299",
    "StationName": "ZSTATION9",
    "PerformedStationAETitle": "ZAETITLE7",
    "MilitaryRank": "ZRank-Oberfeld",
    "PatientReligiousPreference": "ZBelief-Lind",
    "CountryOfResidence": "ZCountry-Elm",
    "RegionOfResidence": "ZRegion-Ahorn",
    "PatientMotherBirthName": "Zmutterlein^Rosa",
    "PatientBirthName": "Zgeburtig^Karl",
    "ReferringPhysicianName": "Zreferring^Anna",
    "PerformingPhysicianName": "Zperforming^Bert",
    "NameOfPhysiciansReadingStudy": "Zreading^Cord",
    "OperatorsName": "Zoperator^Dora",
    "PhysiciansOfRecord": "Zrecord^Emil",
    "RequestingPhysician": "Zrequesting^Fritz",
    "ResponsiblePerson": "Zresponsible^Gerd",
    "CurrentPatientLocation": "ZWard-Buche",
    "InsurancePlanIdentification": "INS7719002233",
    "MedicalRecordLocator": "MRL-99120377",
    "IssuerOfPatientID": "ZIssuer-Weide",
    "ScheduledPerformingPhysicianName": "Zscheduled^Hans",
}


@dataclass(frozen=True)
class Planted:
    """An original with invented identities, and the markers that stand in its bytes."""

    data: bytes
    markers: tuple[str, ...]


def stands(data: bytes, marker: str) -> bool:
    """Tell whether a marker is in the bytes, in any encoding, upper or lower case."""
    lower = data.lower()
    for codec in ENCODINGS:
        try:
            raw = marker.encode(codec)
        except UnicodeEncodeError:
            continue
        raw = raw.replace(b"\x1b$B", b"").replace(b"\x1b(B", b"")
        if raw.lower() in lower:
            return True
    return False


def plant(path: Path, *, charset: str = "ISO_IR 192") -> Planted:
    """Write more than 40 identities into one DICOM file."""
    ds = pydicom.dcmread(path)
    markers = _plain(ds, charset)
    markers += _descriptors(ds)
    markers += _nested(ds)
    markers += _private(ds)
    markers += _uids(ds)
    markers += _repeating(ds)
    return _outside(ds, markers)


def _plain(ds: Dataset, charset: str) -> list[str]:
    ds.SpecificCharacterSet = charset.split("\\")
    ds.PatientName = NAME
    ds.PatientID = PATIENT_ID
    ds.PatientBirthDate = BIRTH
    markers = ["Yamadera", "Tarozaemon", "山寺", "太郎左", "ヤマデラ", "90417723", BIRTH]
    for keyword, value in TEXTS.items():
        if value:
            setattr(ds, keyword, value)
            markers += value.split("^") if "^" in value else [value]
    return markers


def _descriptors(ds: Dataset) -> list[str]:
    ds.StudyDescription = "頭部 山寺 太郎左 様 ID 90417723"
    ds.SeriesDescription = "AX T2 YAMADERA 1952/03/18"
    ds.ProtocolName = "脳 ヤマデラ タロウザエモン S27.3.18"
    ds.PerformedProcedureStepDescription = "Kakuu by Dr. Zkleinert 090-7777-1212"
    ds.ContrastBolusAgent = "TAROZAEMON 10ml"
    ds.BodyPartExamined = "YAMADERA"
    ds.RequestedProcedureDescription = "高瀬川先生 依頼 昭和27年3月18日生"
    return ["Zkleinert", "090-7777-1212", "1952/03/18", "S27.3.18", "高瀬川", "昭和27年3月18日"]


def _nested(ds: Dataset) -> list[str]:
    step = Dataset()
    step.ScheduledProcedureStepDescription = "Znested-Eichwald"
    step.ScheduledPerformingPhysicianName = "Zinnername^Ida"
    ds.RequestAttributesSequence = Sequence([step])
    other = Dataset()
    other.PatientID = "OTH-5512399"
    other.IssuerOfPatientID = "Zissuer-Tanne"
    ds.OtherPatientIDsSequence = Sequence([other])
    code = Dataset()
    code.CodeValue = "ZLOCAL77"
    code.CodingSchemeDesignator = "99KAKUU"
    code.CodeMeaning = "Zmeaning-Fichte"
    ds.ProcedureCodeSequence = Sequence([code])
    deep = Dataset()
    deep.ReferencedSOPClassUID = "1.2.840.10008.5.1.4.1.1.4"
    deep.ReferencedSOPInstanceUID = "1.2.392.200036.9116.90417723.1952"
    block = deep.private_block(0x0009, "ZKREATOR DEEP", create=True)
    block.add_new(0x01, "LO", "Zdeepprivate-Larche")
    ds.ReferencedImageSequence = Sequence([deep])
    original = Dataset()
    original.PatientName = "Zformer^Name"
    outer = Dataset()
    outer.ModifiedAttributesSequence = Sequence([original])
    outer.ModifyingSystem = "Zmodifier-Kiefer"
    ds.OriginalAttributesSequence = Sequence([outer])
    icon = Dataset()
    icon.Rows = icon.Columns = 4
    icon.PixelData = b"Zicon-Pixeltext!"
    icon["PixelData"].VR = "OB"
    ds.IconImageSequence = Sequence([icon])
    return [
        "Znested-Eichwald", "Zinnername", "OTH-5512399", "Zissuer-Tanne", "ZLOCAL77",
        "Zmeaning-Fichte", "1.2.392.200036.9116.90417723.1952", "ZKREATOR DEEP",
        "Zdeepprivate", "Zformer", "Zmodifier-Kiefer", "Zicon-Pixeltext",
    ]  # fmt: skip


def _private(ds: Dataset) -> list[str]:
    block = ds.private_block(0x0029, "ZKREATOR ONE", create=True)
    block.add_new(0x10, "LO", "Zprivate-Ulme")
    block.add_new(0x11, "UN", b"Zunknown-Esche ")
    item = Dataset()
    item.PatientName = "Zprivname^Jo"
    block.add_new(0x12, "SQ", Sequence([item]))
    ds.add_new(0x00081199 + 0x0700, "LO", "Zunlisted-Erle")
    return ["ZKREATOR ONE", "Zprivate-Ulme", "Zunknown-Esche", "Zprivname", "Zunlisted-Erle"]


def _uids(ds: Dataset) -> list[str]:
    ds.SOPInstanceUID = f"1.2.392.{PATIENT_ID.lstrip('0')}.{BIRTH}.553311"
    ds.StudyInstanceUID = f"1.2.392.5.{BIRTH}.77.1"
    ds.SeriesInstanceUID = f"1.2.392.5.{BIRTH}.77.2"
    ds.FrameOfReferenceUID = f"1.2.392.5.{BIRTH}.77.3"
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    return [str(ds.SOPInstanceUID), str(ds.StudyInstanceUID), str(ds.FrameOfReferenceUID)]


def _repeating(ds: Dataset) -> list[str]:
    ds.add_new(0x60000010, "US", 1)
    ds.add_new(0x60000022, "LO", "Zoverlay-Hasel")
    ds.add_new(0x60003000, "OW", b"Zoverlaydata-Holunder ")
    ds.add_new(0x50000022, "LO", "Zcurve-Flieder")
    ds.add_new(0xFFFCFFFC, "OB", b"Zpadding-Ginster")
    return ["Zoverlay-Hasel", "Zoverlaydata-Holunder", "Zcurve-Flieder", "Zpadding-Ginster"]


def _outside(ds: Dataset, markers: list[str]) -> Planted:
    ds.file_meta.SourceApplicationEntityTitle = "ZSOURCEAE"
    ds.file_meta.add_new(0x00020016 + 1, "AE", "ZSENDINGAE")
    ds.preamble = b"Zpreamble-Wacholder".ljust(128, b"\0")
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, ds, enforce_file_format=False)
    data = buffer.getvalue() + b"Ztrailing-Zypresse"
    markers += ["ZSOURCEAE", "ZSENDINGAE", "Zpreamble-Wacholder", "Ztrailing-Zypresse"]
    return Planted(data, tuple(dict.fromkeys(markers)))


def overlong_pixels(path: Path) -> Planted:
    """Hide words behind the picture and in the bits above the high bit."""
    ds = pydicom.dcmread(path)
    ds.PatientID = PATIENT_ID
    pixels = bytearray(ds.PixelData)
    ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 12, 11, 0
    for at, bit in enumerate(b"Zbits"):
        value = struct.unpack_from("<H", pixels, 2 * at)[0] & 0x0FFF
        struct.pack_into("<H", pixels, 2 * at, value | (bit & 0x0F) << 12)
    ds.PixelData = bytes(pixels) + b"Zbehindpixels-Quitte"
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, ds)
    return Planted(buffer.getvalue(), ("Zbehindpixels-Quitte",))
