"""Private elements: those of the list stay by creator, VR and size; whatever stands beside goes."""

import io
from importlib.resources import files

import numpy as np
import pydicom
import pytest
from pydicom.uid import ImplicitVRLittleEndian
from tests.deid.planted import stands
from tests.imaging.test_suv import pet_series
from tests.imaging.troubles import csa, mosaic, series, with_private

from renkei.deid import PseudonymKey, Series, State, deidentify, known, load_profile
from renkei.deid.private import MADE, TABLE, load_private
from renkei.deid.profile import SAFE_PRIVATE, parse_profile
from renkei.deid.verify import faults, unlisted
from renkei.imaging.volume import read_series

KEY = PseudonymKey({1: bytes(range(32))})
PROFILE = load_profile()
SECRET = "Zprivate-Ulme"
PHILIPS, SIEMENS = "Philips PET Private Group", "SIEMENS MR HEADER"
PLANES = (np.arange(8 * 6 * 6) * 7 % 900 + 40).astype(np.uint16).reshape(8, 6, 6)


def cleaned(data: bytes, **said) -> bytes:
    result = deidentify(data, PROFILE, KEY, **said)
    assert result.state is State.CLEAN, result.reasons
    return result.data


def one_mr(
    group: int, creator: str, *elements: tuple[int, str, object], implicit: bool = False
) -> bytes:
    ds = pydicom.dcmread(io.BytesIO(series(PLANES[:1], modality="MR")[0]))
    ds.PatientID = "0090417723"
    block = ds.private_block(group, creator, create=True)
    for element in elements:
        block.add_new(*element)
    if implicit:
        ds.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    return packed(ds)


def packed(ds: pydicom.Dataset) -> bytes:
    out = io.BytesIO()
    implicit = ds.file_meta.TransferSyntaxUID == ImplicitVRLittleEndian
    pydicom.dcmwrite(out, ds, implicit_vr=implicit, little_endian=True, enforce_file_format=True)
    return out.getvalue()


def kept(data: bytes) -> dict[int, object]:
    found = pydicom.dcmread(io.BytesIO(data))
    return {int(e.tag): e.value for e in found if e.tag.is_private}


def test_a_philips_pet_keeps_its_factors_and_reads_as_before() -> None:
    files = with_private(pet_series(Units="CNTS"), 0x7053, PHILIPS, 0x00, "DS", ["0.00025"] * 3)
    files = with_private(files, 0x7053, PHILIPS, 0x09, "DS", ["0.5"] * 3)
    assert SAFE_PRIVATE in PROFILE.codes
    volume, before = read_series([cleaned(data) for data in files]), read_series(files)
    assert np.array_equal(volume.voxels, before.voxels)
    assert volume.facts.pet is not None
    assert (volume.facts.pet.suv_factor, volume.facts.pet.activity_factor) == (0.00025, 0.5)
    assert volume.facts.pet.wait_s == before.facts.pet.wait_s


@pytest.mark.parametrize("normal", [1, -1])
def test_a_siemens_mosaic_is_cut_apart_after_it(normal: int) -> None:
    given = mosaic(PLANES, (-40, 12, 70), normal=normal)
    ds = pydicom.dcmread(io.BytesIO(given))
    block = ds.private_block(0x0029, "SIEMENS CSA HEADER")
    said = {"NumberOfImagesInMosaic": ["8"], "SliceNormalVector": ["0.0", "0.0", str(normal)]}
    ds[block.get_tag(0x10)].value = csa({"PatientName": [SECRET], **said, "UsedPatient": [SECRET]})
    data = packed(ds)
    after = cleaned(data)
    assert stands(data, SECRET)
    assert not stands(after, SECRET)
    volume, before = read_series([after]), read_series([given])
    assert np.array_equal(volume.voxels, before.voxels)
    assert volume.geometry.origin == pytest.approx(before.geometry.origin)
    assert volume.geometry.spacing == pytest.approx(before.geometry.spacing)


def test_philips_mr_reads_with_the_scale_of_each_slice() -> None:
    slopes = [0.5 + 0.1 * n for n in range(len(PLANES))]
    files = with_private(
        series(PLANES, modality="MR"), 0x2005, "Philips MR Imaging DD 001", 0x0E, "FL", slopes
    )
    volume, before = read_series([cleaned(f) for f in files]), read_series(files)
    assert np.array_equal(volume.voxels, before.voxels)
    assert not np.array_equal(volume.voxels, PLANES)


def test_what_stands_beside_a_safe_element_goes_and_so_does_every_other_block() -> None:
    ds = pydicom.dcmread(
        io.BytesIO(
            one_mr(0x0019, SIEMENS, (0x0C, "IS", "800"), (0x0F, "SH", SECRET), (0x10, "PN", SECRET))
        )
    )
    ds.private_block(0x0019, "SIEMENS MR HEADER Z", create=True).add_new(0x0C, "IS", "900")
    item = pydicom.Dataset()
    item.private_block(0x0019, SIEMENS, create=True).add_new(0x0C, "IS", "700")
    item.CodeMeaning = "plain"
    ds.AnatomicRegionSequence = [item]
    after = cleaned(packed(ds))
    assert kept(after) == {0x00190010: SIEMENS, 0x0019100C: 800}
    assert not stands(after, SECRET)
    assert b"700" not in after
    assert b"900" not in after


@pytest.mark.parametrize("creator", ["siemens mr header", f"{SIEMENS} 1", f"{SECRET}"])
def test_a_creator_is_known_letter_for_letter(creator: str) -> None:
    assert kept(cleaned(one_mr(0x0019, creator, (0x0C, "IS", "800")))) == {}


@pytest.mark.parametrize(
    ("element", "vr", "value"),
    [
        (0x0C, "LO", "800"),
        (0x0C, "UN", b"800 0001"),
        (0x0C, "IS", "2147483647"),
        (0x0C, "IS", ["1", "2"]),
        (0x0C, "UN", b"DOE "),
        (0x0D, "CS", "DOE"),
        (0x0E, "FD", [0.0, 1.0]),
        (0x0E, "FD", [0.0, 0.0, float("nan")]),
        (0x0A, "US", 5000),
    ],
)
def test_a_value_of_another_kind_or_size_goes(element: int, vr: str, value: object) -> None:
    data = one_mr(0x0019, SIEMENS, (element, vr, value))
    after = deidentify(data, PROFILE, KEY)
    assert kept(after.data) == {0x00190010: SIEMENS}
    assert after.counts["private"] == 1


@pytest.mark.parametrize(
    "said",
    [
        {"SliceNormalVector": ["0.0", "0.0", SECRET]},
        {"SliceNormalVector": ["0.0", "0.0", "1952"]},
        {"NumberOfImagesInMosaic": [SECRET], "SliceNormalVector": ["0.0", "0.0", "1.0"]},
        {"NumberOfImagesInMosaic": ["8"]},
    ],
)
def test_a_csa_header_without_two_numbers_goes(said: dict) -> None:
    data = one_mr(0x0029, "SIEMENS CSA HEADER", (0x10, "OB", csa(said)))
    assert 0x00291010 not in kept(cleaned(data))


def test_this_patient_s_number_in_a_safe_place_holds_the_file() -> None:
    data = one_mr(0x0019, SIEMENS, (0x0C, "IS", "90417"))
    result = deidentify(data, PROFILE, KEY, known=known(numbers=["90417"]))
    assert result.reasons == ("identifier_left",)


def test_implicit_vr_has_no_vr_of_a_private_element() -> None:
    data = one_mr(
        0x0019, SIEMENS, (0x0C, "IS", "800"), (0x0E, "FD", [0.0, 0.6, 0.8]),
        implicit=True,
    )  # fmt: skip
    assert b"IS" not in data[data.index(SIEMENS.encode()) :][:40]
    after = kept(cleaned(data))
    assert after == {0x00190010: SIEMENS, 0x0019100C: 800, 0x0019100E: [0.0, 0.6, 0.8]}


def test_a_template_keeps_them_as_the_exact_path_does() -> None:
    cache = Series()
    for n in range(12):
        value = b"Z" if n == 9 else str(100 * n).encode()
        ds = pydicom.dcmread(io.BytesIO(one_mr(0x0019, SIEMENS, (0x0C, "UN", value))))
        uid = f"1.2.3.4.{n + 1}"
        ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = uid
        data = packed(ds)
        plain = deidentify(data, PROFILE, KEY)
        assert deidentify(data, PROFILE, KEY, series=cache) == plain
        assert kept(plain.data).get(0x0019100C) == (None if n == 9 else 100 * n)


def test_an_output_with_more_than_the_list_is_found_by_both_readers() -> None:
    of = PROFILE.of("1.2.840.10008.5.1.4.1.1.4")
    good = cleaned(one_mr(0x0019, SIEMENS, (0x0C, "IS", "800")))
    start = good.index(b"\x08\0\5\0CS")
    assert (unlisted(good[start : good.index(b"\xe0\x7f\x10\0")], of), faults(good, of)) == ((), ())
    for old, new in [(b"SIEMENS MR HEADER", b"SIEMENS MR HEADEX"), (b"\x0c\x10IS", b"\x0b\x10IS")]:
        assert good.count(old) == 1
        assert "unlisted_element" in unlisted(good[start:].replace(old, new), of)
        assert "unlisted_element" in faults(good.replace(old, new), of)


def test_the_list_is_numbers_and_terms_with_a_source_each() -> None:
    blocks, _ = load_private()
    rows = [(block, at, rule) for block in blocks for at, rule in block.rules.items()]
    assert {rule.source for _, _, rule in rows} == {TABLE, MADE}
    assert {(b.creator, at) for b, at, rule in rows if rule.source == MADE} == {
        (SIEMENS, 0x0A), ("SIEMENS CSA HEADER", 0x10),
    }  # fmt: skip
    assert {rule.vr for _, _, rule in rows} <= {
        "DS",
        "IS",
        "FL",
        "FD",
        "SS",
        "US",
        "SL",
        "CS",
        "OB",
    }
    assert all(rule.upto or rule.terms for _, _, rule in rows)
    assert all(block.classes <= PROFILE.sop_classes for block in blocks)


def test_a_profile_that_does_not_claim_the_option_keeps_none() -> None:
    text = (files("renkei.deid") / "profiles" / "basic.toml").read_text("utf-8")
    without = parse_profile(text.replace(f', "{SAFE_PRIVATE}"', "", 1))
    data = one_mr(0x0019, SIEMENS, (0x0C, "IS", "800"))
    assert kept(deidentify(data, without, KEY).data) == {}
