"""Pictures that may show text wait for a person; released by a name, covered or as they are."""

import io
import re

import imagecodecs
import pydicom
import pytest
from starlette.testclient import TestClient
from tests.deid.pictures import ct
from tests.hospital.site_made import CONSENTS, SAMPLES, make_site

from renkei.deid.mask import Box
from renkei.deid.ocr import look
from renkei.hospital.add import Intake, add_files
from renkei.hospital.consents import Links, read_consents
from renkei.hospital.masks import NoSuchMaskError, SeriesChangedError, masking
from renkei.hospital.pages.app import build
from renkei.hospital.vault import opened

WORDS = "YAMADERA TARO"


def added(site, data):
    """Do what `renkei hospital add` does."""
    with opened(site.folder) as vault, masking(site, vault) as masks:
        intake = Intake(
            site=site, vault=vault, key=site.key(), root=data, links=Links(),
            consents=read_consents(data / "consent.csv"), covers=masks.covers(),
        )  # fmt: skip
        found = {a.path.name: a for a in add_files(intake)}
        masks.look()
        return found


@pytest.fixture(scope="module")
def ward(tmp_path_factory):
    """Return a site that holds one screen save with words, and the folder that it came from."""
    data = tmp_path_factory.mktemp("ward")
    (data / "consent.csv").write_text(CONSENTS, "utf-8")
    (data / "a.dcm").write_bytes(ct(8, [((20, 12), WORDS)], hu=3000))
    site = make_site(tmp_path_factory.mktemp("masks") / "site")
    assert added(site, data)["a.dcm"].reasons == ("may_show_text_image_type",)
    return site, data


@pytest.fixture
def client(ward):
    with TestClient(build(ward[0].folder)) as client:
        yield client


def form(client, act, *, boxes=None, reviewer="確認 花子", **more):
    """Post the form of series 1 as it stands, or with these boxes."""
    page = client.get("/masks/1").text
    token, seen = (
        re.search(rf'name="{name}" value="([^"]+)"', page)[1] for name in ("token", "look")
    )
    sides = {side: re.findall(rf'name="{side}"[^>]* value="(\d+)"', page)
             for side in ("left", "top", "right", "bottom")}  # fmt: skip
    if boxes is not None:
        sides = {side: [str(getattr(b, side)) for b in boxes] for side in sides}
    data = {"token": token, "n": "1", "look": seen, "act": act, "reviewer": reviewer, **sides}
    return client.post("/masks", data=data | more, follow_redirects=False)


def masks_of(site):
    with opened(site.folder) as vault, masking(site, vault) as masks:
        return masks.one(1)


def test_a_held_series_is_shown_with_what_was_read(ward, client):
    series = masks_of(ward[0])
    assert (series.held, series.state) == (1, "open")
    assert any(word.text.replace(" ", "") == "YAMADERATARO" for word in series.words)
    assert 'href="/masks/1"' in client.get("/masks").text
    page = client.get("/masks/1").text
    assert "YAMADERA" in page
    picture = client.get("/masks/1/pictures/0")
    assert picture.headers["Content-Type"] == "image/png"
    assert imagecodecs.png_decode(picture.content).shape == (256, 256)
    assert client.get("/masks/1/pictures/99").status_code == 404
    assert client.get("/masks/9").status_code == 404


def test_pictures_and_reports_are_for_their_owner_alone(ward):
    folder = ward[0].folder / "masks"
    assert folder.stat().st_mode & 0o077 == 0
    names = {path.suffix for path in folder.iterdir()}
    assert names == {".png", ".json"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())


def test_a_person_may_add_and_remove_boxes_by_numbers(ward, client):
    before = masks_of(ward[0]).boxes
    assert form(client, "draft", boxes=[*before, Box(5, 200, 9999, 230)]).status_code == 303
    assert masks_of(ward[0]).boxes == tuple(sorted([*before, Box(5, 200, 256, 230)]))
    assert masks_of(ward[0]).state == "open"
    form(client, "draft", drop=[str(n) for n in range(len(before) + 1)])
    assert masks_of(ward[0]).boxes == ()
    form(client, "draft", boxes=before)
    assert masks_of(ward[0]).boxes == before


@pytest.mark.parametrize(
    ("act", "more", "status"),
    [
        ("cover", {"reviewer": " "}, 400),
        ("no_text", {"reviewer": ""}, 400),
        ("cover", {"boxes": []}, 400),
        ("cover", {"left": ["x"], "top": ["1"], "right": ["2"], "bottom": ["3"]}, 400),
        ("cover", {"look": "7"}, 409),
        ("cover", {"n": "9"}, 404),
        ("cover", {"token": "guess"}, 403),
    ],
)
def test_a_form_that_cannot_be_taken_decides_nothing(ward, client, act, more, status):
    assert form(client, act, **more).status_code == status
    assert masks_of(ward[0]).state == "open"


def test_fields_have_names_and_pictures_have_words(client):
    page = client.get("/masks/1?lang=en").text
    assert page.count("<h1>") == 1
    assert all("aria-label=" in field for field in re.findall(r'<input class="side"[^>]*>', page))
    assert 'role="img" aria-label="Picture 1"' in page
    assert "画像内の文字" in client.get("/masks?lang=ja").text


def test_after_the_decision_the_file_goes_covered_and_a_late_file_waits(ward, client):
    site, data = ward
    assert form(client, "cover").status_code == 303
    (data / "b.dcm").write_bytes(late := ct(9, [], hu=0))
    found = added(site, data)
    assert (found["a.dcm"].state, found["a.dcm"].reasons[-1]) == ("clean", "text_covered")
    # The decision was about a picture without this file.
    assert found["b.dcm"].reasons == ("may_show_text_image_type",)
    series = masks_of(site)
    assert (series.state, series.held, series.reviewer) == ("open", 1, "")
    with opened(site.folder) as vault:
        (item,) = vault.waiting()
    clean = (site.outbox / item.name).read_bytes()
    assert not any(len(word.text) > 2 for word in look([clean]).words)
    assert pydicom.dcmread(io.BytesIO(clean)).BurnedInAnnotation == "NO"
    _without_text_it_goes_as_it_is(site, data, late)


def _without_text_it_goes_as_it_is(site, data, late):
    with opened(site.folder) as vault, masking(site, vault) as masks:
        with pytest.raises(SeriesChangedError):
            masks.decide(1, look=1, boxes=[], reviewer="x")
        with pytest.raises(NoSuchMaskError):
            masks.decide(2, look=2, boxes=[], reviewer="x")
        masks.decide(1, look=2, boxes=[], reviewer="確認 花子")
    assert added(site, data)["b.dcm"].state == "clean"
    with opened(site.folder) as vault:
        clean = pydicom.dcmread(site.outbox / vault.waiting()[1].name)
    assert clean.PixelData == pydicom.dcmread(io.BytesIO(late)).PixelData


def head(folder, n):
    """Write the first slices of a real head for one patient."""
    folder.mkdir()
    (folder / "consent.csv").write_text(CONSENTS, "utf-8")
    for path in sorted((SAMPLES / "mr_dicom").glob("*.dcm"))[:n]:
        slice_ = pydicom.dcmread(path)
        slice_.PatientID = "0090417723"
        for tag in [element.tag for element in slice_ if element.tag.group == 0]:
            del slice_[tag]  # left by the archive that it came from
        slice_.save_as(folder / path.name, enforce_file_format=False)
    return folder


def test_a_head_says_that_a_face_may_be_seen_and_a_few_slices_do_not(tmp_path):
    found = added(make_site(tmp_path / "site"), head(tmp_path / "all", 20))
    assert {a.state for a in found.values()} == {"clean"}
    assert all("face_visible" in a.reasons for a in found.values())
    few = added(make_site(tmp_path / "other"), head(tmp_path / "few", 3))
    assert not any("face_visible" in a.reasons for a in few.values())


def test_with_the_setting_the_face_is_cut_away_and_the_file_says_so(tmp_path):
    site = make_site(tmp_path / "site", deface=True)
    found = added(site, head(tmp_path / "all", 20))
    assert {a.state for a in found.values()} == {"clean"}
    assert all("face_covered" in a.reasons for a in found.values())
    assert not any("face_visible" in a.reasons for a in found.values())


def test_a_face_that_cannot_be_placed_holds_the_series(tmp_path):
    data = head(tmp_path / "all", 20)
    for path in sorted(data.glob("*.dcm"))[14:]:
        path.unlink()  # the upper half of the head: no top to measure from
    site = make_site(tmp_path / "site", deface=True)
    reasons = {a.reasons for a in added(site, data).values()}
    assert reasons == {("face_not_covered",)}
