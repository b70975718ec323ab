"""Files come in: clean into the outbox, or held with a reason; the true dates decide."""

import io
from datetime import date

import pydicom
import pytest
from tests.hospital.site_made import CONSENTS, SAMPLES, dicom, make_data, make_site

from renkei.deid import exact, pseudonym
from renkei.deid.kinds import kind_of
from renkei.hospital.add import Intake, add_files
from renkei.hospital.consents import BadListError, read_consents, read_links
from renkei.hospital.vault import opened

MR = SAMPLES / "mr_dicom" / "brain_002.dcm"
STUDY = date(2001, 3, 16)
OTHER_UID = "1.2.840.99999.1.20010316.77"


def added(site, data):
    with opened(site.folder) as vault:
        links = data / "links.csv"
        intake = Intake(
            site=site, vault=vault, key=site.key(), root=data,
            consents=read_consents(data / "consent.csv"),
            links=read_links(links) if links.exists() else read_links_empty(),
        )  # fmt: skip
        return {a.path.name: a for a in add_files(intake)}


def read_links_empty():
    from renkei.hospital.consents import Links

    return Links()


@pytest.fixture
def one(tmp_path):
    """Return a function that adds one slice of one patient to a site with these settings."""

    def run(patient="0090417723", *, day=None, **settings):
        data = tmp_path / "ward"
        data.mkdir()
        (data / "consent.csv").write_text(CONSENTS, "utf-8")
        (data / "a.dcm").write_bytes(dicom(MR, patient, "山寺^太郎左", day=day))
        return added(make_site(tmp_path / "site", **settings), data)["a.dcm"]

    return run


def test_every_kind_is_taken_and_every_refusal_has_its_reason(tmp_path):
    site = make_site(tmp_path / "site")
    found = added(site, make_data(tmp_path / "ward"))
    states = {name: (a.state, a.kind) for name, a in found.items() if a.state == "clean"}
    assert states == {
        "YAMADERA_2.dcm": ("clean", "dicom"),
        "YAMADERA_3.dcm": ("clean", "dicom"),
        "scan.nii.gz": ("clean", "nifti"),
        "liver.nii.gz": ("clean", "label"),
        "slide.svs": ("clean", "slide"),
        "tumour.geojson": ("clean", "label"),
        "labs.csv": ("clean", "table"),
        "genes.maf": ("clean", "maf"),
    }
    held = {name: a.reasons for name, a in found.items() if a.state == "held"}
    assert held == {
        "no_consent.dcm": ("no_consent",),
        "withdrawn.dcm": ("consent_withdrawn",),
        "broken.dcm": ("truncated",),
    }


def test_big_endian_and_objects_without_a_preamble_are_taken(tmp_path):
    data = tmp_path / "ward"
    data.mkdir()
    (data / "consent.csv").write_text(CONSENTS, "utf-8")
    whole = pydicom.dcmread(io.BytesIO(dicom(MR, "0090417723", "山寺^太郎左")))
    pydicom.dcmwrite(
        data / "bare.dcm", pydicom.Dataset(whole), implicit_vr=False, little_endian=True
    )
    whole.PixelData = whole.pixel_array.astype(">u2").tobytes()
    whole.SOPInstanceUID = whole.file_meta.MediaStorageSOPInstanceUID = OTHER_UID
    whole.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRBigEndian
    pydicom.dcmwrite(data / "swapped.dcm", whole, implicit_vr=False, little_endian=False)
    found = added(make_site(tmp_path / "site"), data)
    assert {name: (a.state, a.reasons) for name, a in found.items()} == {
        "bare.dcm": ("clean", ()),
        "swapped.dcm": ("clean", ()),
    }


def test_the_outbox_holds_nothing_of_the_patients(tmp_path):
    site = make_site(tmp_path / "site")
    added(site, make_data(tmp_path / "ward"))
    names = (
        "山寺",
        "太郎左",
        "90417723",
        "55512345",
        "99999999",
        "YAMADERA",
        "TUMOUR-77",
        "STRANGER",
    )
    for path in site.outbox.iterdir():
        data = path.read_bytes() + path.name.encode()
        for word in names:
            assert word.encode() not in data, (path.name, word)
            assert word.encode("cp932") not in data


def test_labels_name_the_image_that_they_were_drawn_on(tmp_path):
    site = make_site(tmp_path / "site")
    added(site, make_data(tmp_path / "ward"))
    with opened(site.folder) as vault:
        items = vault.waiting()
    by_kind = {(i.kind, kind_of(site.outbox / i.name)): i for i in items}
    scan = next(i for i in items if i.kind == "nifti")
    slide = next(i for i in items if i.kind == "slide")
    refers = [i.refers for i in items if i.kind == "label"]
    assert {"series_uid": f"2.25.{int(scan.sha256[:32], 16)}"} in refers
    assert {"sha256": slide.sha256} in refers
    assert scan.refers == {"modality": "CT", "body_part": "ABDOMEN"}
    assert len(by_kind) == 7


def test_one_patient_has_one_pseudonym_in_every_kind(tmp_path):
    site = make_site(tmp_path / "site")
    added(site, make_data(tmp_path / "ward"))
    want = pseudonym(site.key(), "patient", "90417723")
    with opened(site.folder) as vault:
        for item in vault.waiting():
            assert want in item.subjects, item.kind
        assert vault.facts_of([want])[want]["sex"] == "F"


def test_adding_again_changes_nothing(tmp_path):
    site, data = make_site(tmp_path / "site"), make_data(tmp_path / "ward")
    added(site, data)
    before = {p.name: p.read_bytes() for p in site.outbox.iterdir()}
    again = added(site, data)
    assert {a.state for a in again.values()} == {"known", "held"}
    assert {p.name: p.read_bytes() for p in site.outbox.iterdir()} == before
    with opened(site.folder) as vault:
        assert len(vault.waiting()) == 8
        assert len(vault.held()) == 3


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"period_start": date(2001, 3, 17)}, "outside_approval_period"),
        ({"period_end": date(2001, 3, 15)}, "outside_approval_period"),
        ({"period_start": STUDY, "period_end": STUDY}, None),
    ],
)
def test_the_true_study_date_decides_about_the_approval_period(one, settings, reason):
    assert one(**settings).reasons == ((reason,) if reason else ())


@pytest.mark.parametrize(
    ("window", "reason"),
    [
        ({}, "no_opt_out_window"),
        ({"opt_out_start": date(2002, 1, 1), "opt_out_end": date(2003, 1, 1)},
         "outside_opt_out_window"),
        ({"opt_out_start": STUDY, "opt_out_end": STUDY}, None),
    ],
)  # fmt: skip
def test_an_opt_out_covers_its_window_only(one, window, reason):
    assert one("0077700001", **window).reasons == ((reason,) if reason else ())


def test_the_same_identity_with_other_bytes_is_held(tmp_path):
    data = tmp_path / "ward"
    data.mkdir()
    (data / "consent.csv").write_text(CONSENTS, "utf-8")
    (data / "a.dcm").write_bytes(dicom(MR, "0090417723", "山寺^太郎左"))
    changed = dicom(MR, "0090417723", "山寺^太郎左", day="20010401")
    (data / "b.dcm").write_bytes(changed)
    found = added(make_site(tmp_path / "site"), data)
    assert (found["a.dcm"].state, found["b.dcm"].reasons) == ("clean", ("same_uid_other_bytes",))


def test_a_new_key_epoch_keeps_the_pseudonyms_of_known_patients(tmp_path):
    site = make_site(tmp_path / "site")
    key = site.key()
    with opened(site.folder) as vault:
        first = vault.assign(key, "90417723")
        later = key.next_epoch()
        assert vault.assign(later, "0090417723") == first
        assert vault.assign(later, "5551234")[1] == 2


def test_a_label_whose_image_was_not_taken_is_held(tmp_path):
    site, data = make_site(tmp_path / "site"), make_data(tmp_path / "ward")
    (data / "scan.nii.gz").write_bytes(b"\x1f\x8bbroken")
    assert added(site, data)["liver.nii.gz"].reasons == ("image_not_taken",)


@pytest.mark.parametrize(
    "text",
    [
        "patient_id,basis\n1,opt_in\n",
        "patient_id,basis,version,commercial,data_types,date\n1,maybe,1,yes,image,2024-01-01\n",
        "patient_id,basis,version,commercial,data_types,date\n1,opt_in,1,yes,image,soon\n",
    ],
)
def test_a_consent_list_that_is_incomplete_is_refused(tmp_path, text):
    path = tmp_path / "consent.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(BadListError):
        read_consents(path)


def test_a_new_slice_is_parsed_for_its_series_and_once_more(one, monkeypatch):
    """The series is looked through for faces first; what is read then serves all that follows."""
    parsed = []
    parse = exact.parse
    monkeypatch.setattr(exact, "parse", lambda data: parsed.append(len(data)) or parse(data))
    assert one().state == "clean"
    assert len(parsed) == 2
