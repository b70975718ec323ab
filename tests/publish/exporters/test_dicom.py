import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from pydicom import dcmread

from renkei.imaging.seg import read_seg
from renkei.imaging.synthetic import is_made, is_synthetic
from renkei.imaging.volume import read_series
from renkei.publish.cases import read_folder
from renkei.publish.exporter import pack_folder
from renkei.publish.exporters.dicom import EXPORTER
from renkei.publish.load import load_case


def exported(folder: Path, target: Path) -> list[Path]:
    EXPORTER.write(read_folder(folder), target)
    return sorted(target.glob("*/*"))


def test_image_and_labels_come_back_on_the_same_grid(
    make_folder: Callable[..., Path], tmp_path: Path
) -> None:
    folder = make_folder(2)
    for place in exported(folder, tmp_path / "out"):
        found = read_folder(folder)
        loaded = load_case(found, next(c for c in found.cases if c.name == place.name))
        volume = read_series(sorted(place.glob("image-*.dcm")))
        labels = read_seg((place / "labels.dcm").read_bytes(), volume)
        assert np.array_equal(volume.voxels, loaded.volume.voxels)
        assert volume.geometry.close_to(loaded.volume.geometry)
        for segment in loaded.labels.segments:
            assert np.array_equal(labels.named(segment.name).mask, segment.mask)


def test_an_empty_segment_stays_an_asserted_absence(
    make_folder: Callable[..., Path], tmp_path: Path
) -> None:
    places = exported(make_folder(2), tmp_path / "out")
    segments = [[s.SegmentLabel for s in dcmread(p / "labels.dcm").SegmentSequence] for p in places]
    assert segments == [["liver", "lesion"], ["liver", "lesion"]]


def test_every_object_says_that_identity_was_removed_and_refers_to_what_is_there(
    make_folder: Callable[..., Path], tmp_path: Path
) -> None:
    (place,) = exported(make_folder(1), tmp_path / "out")
    uids = {str(dcmread(p).SOPInstanceUID) for p in place.glob("*.dcm")}
    for path in place.glob("*.dcm"):
        dataset = dcmread(path)
        assert dataset.PatientIdentityRemoved == "YES"
        assert dataset.DeidentificationMethod
        assert dataset.DeidentificationMethodCodeSequence[0].CodeValue == "113100"
        assert dataset.LongitudinalTemporalInformationModified == "REMOVED"
        assert dataset.PatientID == "sub-000"
        assert (0x0008, 0x001C) not in dataset
    seg = dcmread(place / "labels.dcm")
    referred = {
        str(item.ReferencedSOPInstanceUID)
        for series in seg.ReferencedSeriesSequence
        for item in series.ReferencedInstanceSequence
    }
    assert referred
    assert referred <= uids


MARK = {
    "set_id": "s1",
    "generator": "procedural_lesion",
    "version": "1",
    "seed": 7,
    "params_sha256": "ab" * 32,
}


def test_the_synthetic_mark_is_kept_on_every_object(
    make_folder: Callable[..., Path], tmp_path: Path
) -> None:
    (place,) = exported(make_folder(1, synthetic=True, mark=MARK), tmp_path / "out")
    datasets = [dcmread(p) for p in place.glob("*.dcm")]
    assert len(datasets) == 9
    assert all(is_synthetic(d) for d in datasets)
    assert {d.PatientID for d in datasets} == {"SYN-s1-7"}


def test_what_was_made_in_code_says_so_on_every_object(
    make_folder: Callable[..., Path], tmp_path: Path
) -> None:
    (place,) = exported(make_folder(1, made=True), tmp_path / "out")
    assert all(is_made(dcmread(p)) for p in place.glob("*.dcm"))


def test_the_same_folder_gives_the_same_bytes(
    make_folder: Callable[..., Path], tmp_path: Path
) -> None:
    folder = make_folder(1)
    for name in ("one", "two"):
        exported(folder, tmp_path / name)
    assert pack_folder(tmp_path / "one") == pack_folder(tmp_path / "two")


def test_a_modality_that_is_not_carried_is_refused_with_a_reason(
    make_folder: Callable[..., Path], tmp_path: Path
) -> None:
    folder = make_folder(2)
    rows = [json.loads(t) for t in (folder / "cases.jsonl").read_text().splitlines()]
    rows[0]["facts"]["modality"] = "OPT"
    (folder / "cases.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    report = EXPORTER.write(read_folder(folder), tmp_path / "out")
    assert dict(report.refused) == {rows[0]["case"]: "modality_not_carried"}
