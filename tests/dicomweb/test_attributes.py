"""The DICOM JSON model."""

from pydicom.dataset import Dataset
from tests.dicomweb.conftest import small_ct

from renkei.dicomweb.attributes import attribute, described
from renkei.imaging.dicom import read_header
from renkei.imaging.made import write_ct_series


def test_what_is_empty_has_no_value():
    assert attribute("DA", None) == {"vr": "DA"}
    assert attribute("IS", 0) == {"vr": "IS", "Value": [0]}
    assert attribute("PN", "山田^太郎")["Value"] == [{"Alphabetic": "山田^太郎"}]


def test_an_object_comes_back_from_its_attributes_without_bulk():
    files = write_ct_series(small_ct(1), {"PatientName": "山田^太郎"})
    header = read_header(files[0])
    header.add_new(0x00420011, "OB", bytes(4000))
    assert "00420011" not in described(header, "/frames")
    found = described(header, "/frames", "/bulk")
    assert found["00420011"] == {"vr": "OB", "BulkDataURI": "/bulk/00420011"}
    assert found["7FE00010"] == {"vr": "OW", "BulkDataURI": "/frames"}
    kept = {key: value for key, value in found.items() if "BulkDataURI" not in value}
    again = Dataset.from_json(kept)
    assert again.PatientName == "山田^太郎"
    assert again.PixelSpacing == header.PixelSpacing
