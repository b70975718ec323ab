"""The folders of two hospitals: real scans with invented identities, and made cases."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np
from tifffile import TiffFile, TiffWriter

from renkei import compute
from renkei.demo.cases import (
    DENIED,
    FIRST_MADE,
    NOISE,
    REPORTED,
    UNWANTED,
    Case,
    is_followed,
    write_made,
)
from renkei.demo.identity import (
    identified_bundle,
    identified_maf,
    identified_series,
    identified_slide,
    identified_table,
    identified_vcf,
)
from renkei.demo.persons import FIRST, SECOND, TOO_EARLY, Hospital, Person, at_followup, person
from renkei.errors import NotFoundError
from renkei.imaging.dicom import read_object
from renkei.imaging.labels import LabelSet, from_label_map
from renkei.imaging.made import ORGANS, VOCABULARY
from renkei.imaging.nifti import nifti_bytes, read_nifti
from renkei.imaging.seg import write_seg
from renkei.imaging.volume import Volume, read_series

MADE = 24
# Made cases of the second hospital that lie in its archive, where there is one.
ARCHIVED = frozenset(range(FIRST_MADE + MADE - 4, FIRST_MADE + MADE))
CT, MR, SLIDE, PAIR, NO_CONSENT = 1, 2, 3, 4, 5
PERIOD = (date(2024, 4, 1), date(2026, 3, 31))
# How the head that was filed under the wrong number says what it shows.
MISFILED = "BRAIN"
# Numbers of the reference labels that come with the real CT, and what they are here.
REFERENCE = {5: "liver", 1: "spleen", 2: "kidney_right", 3: "kidney_left", 52: "aorta"}
# Which column of the hospitals' tables is what; those that stand nowhere are dropped.
COLUMNS = 'id = "患者ID"\ndates = ["検査日"]\nnames = ["氏名"]\nbirths = ["生年月日"]\n'
# The recipe of the demo does not want a traumatic pneumothorax; only the first report has one.
REPORTS = {
    REPORTED: "【所見】右に外傷性気胸を認める。肝に低吸収域を認める。\n【診断】外傷性気胸。",
    DENIED: "【所見】肝に低吸収域を認める。外傷性気胸、胸水は認めない。\n【診断】肝腫瘤。",
}
INK, INK_PIXELS = (30, 150, 70), 240
# A corner of the real slide in level-0 pixels, outlined as a pathologist would.
OUTLINE = [[420, 500], [1500, 380], [1900, 1400], [1200, 2300], [460, 1700], [420, 500]]


class NoSamplesError(NotFoundError):
    """The sample scans are not there."""


def samples() -> Path:
    """Return the folder of the sample scans.

    Raises:
        NoSamplesError: This installation has none: clone the repository.
    """
    folder = Path(__file__).parents[3] / "samples"
    if not (folder / "ct_dicom").is_dir():
        raise NoSamplesError("The sample scans are missing: run the demo in the repository.")
    return folder


def write_hospital(hospital: Hospital, folder: Path, scanner: Path) -> None:
    """Write everything that one hospital gives: images, slide, tables, FHIR, genes, labels.

    What goes to its archive is written as the `scanner` would send it.
    """
    made = [person(hospital, FIRST_MADE + i) for i in range(MADE)]
    extra = [person(hospital, n) for n in (NO_CONSENT, TOO_EARLY)] if hospital is FIRST else []
    sent = ARCHIVED if hospital is SECOND and scanner != folder else frozenset()
    cases = [
        Case(where / "pacs" / f"{p.number:03d}", p, _noise(p), where == folder)
        for p in (*made, *extra)
        for where in [scanner if p.number in sent else folder]
    ]
    cases += [
        Case(folder / "pacs" / f"{p.number:03d}_again", at_followup(p), 1.0, exported=True)
        for p in made
        if is_followed(p)
    ]
    # The other hospital writes its own at the same time.
    for _, answer in compute.map_cases(write_made, cases, jobs=1):
        if isinstance(answer, Exception):
            raise answer
    links = list(_first(folder) if hospital is FIRST else _second(folder))
    _tables(folder, hospital, made)
    _write_csv(folder / "links.csv", links)
    _write_csv(folder / "consent.csv", list(_consents(hospital)))


def _noise(patient: Person) -> float:
    return NOISE.get(patient.number, 1.0) if patient.hospital is FIRST else 1.0


def _first(folder: Path) -> Iterator[dict[str, str]]:
    """Write the real scans of the first hospital; yield which file is whose."""
    here = samples()
    ct = _series(here / "ct_dicom")
    whose = person(FIRST, CT)
    files = identified_series(ct, whose, body_part="ABDOMEN")
    names = _write(folder / "pacs" / "001", files, ".dcm")
    (folder / "pacs" / "001" / "damaged.dcm").write_bytes(files[0][:4000])
    _write(folder / "labels", [_reference(files)], ".seg.dcm")
    yield _link(whose, "labels/001.seg.dcm", kind="label", image=f"pacs/001/{names[0]}")
    _write(
        folder / "pacs" / "002",
        identified_series(_series(here / "mr_dicom"), person(FIRST, MR)),
        ".dcm",
    )
    slide = identified_slide(
        (here / "wsi" / "cmu_small_region.svs").read_bytes(), person(FIRST, SLIDE)
    )
    name = f"{person(FIRST, SLIDE).patient_id}.svs"
    (folder / "slides").mkdir(parents=True, exist_ok=True)
    (folder / "slides" / name).write_bytes(slide)
    yield _link(person(FIRST, SLIDE), f"slides/{name}")
    (folder / "slides" / f"marked_{name}").write_bytes(
        identified_slide(marked(slide), person(FIRST, SLIDE))
    )
    yield _link(person(FIRST, SLIDE), f"slides/marked_{name}")
    (folder / "labels" / "slide.geojson").write_text(_outline(), "utf-8")
    yield _link(person(FIRST, SLIDE), "labels/slide.geojson", kind="label", image=f"slides/{name}")
    for stem, modality in (("ct_example", "CT"), ("mri_t1_example", "MR")):
        (folder / "research").mkdir(exist_ok=True)
        data = (here / "pair_ct_mr" / f"{stem}.nii.gz").read_bytes()
        (folder / "research" / f"{stem}.nii.gz").write_bytes(data)
        yield _link(
            person(FIRST, PAIR), f"research/{stem}.nii.gz", modality=modality, body_part="HEAD"
        )
    # Somebody filed another patient's head under this one's number.
    stranger = nifti_bytes(read_series(_series(here / "mr_dicom")))
    (folder / "research" / "mri_misfiled.nii.gz").write_bytes(stranger)
    yield _link(
        person(FIRST, PAIR), "research/mri_misfiled.nii.gz", modality="MR", body_part=MISFILED
    )
    (folder / "fhir").mkdir(exist_ok=True)
    # Traumatic pneumothorax: the recipe of the demo does not want it.
    bundle = identified_bundle(
        person(FIRST, UNWANTED), {"code": "S27.0", "display": "Traumatic pneumothorax"}
    )
    (folder / "fhir" / "bundle_013.json").write_bytes(bundle)
    (folder / "reports").mkdir(exist_ok=True)
    for number, words in REPORTS.items():
        whose = person(FIRST, number)
        name = f"reports/{number:03d}.txt"
        (folder / name).write_text(f"{whose.kanji.replace('^', '')} 様\n{words}\n", "utf-8")
        yield _link(whose, name)


def _second(folder: Path) -> Iterator[dict[str, str]]:
    """Write the real data of the second hospital; yield which file is whose."""
    here = samples()
    (folder / "genes").mkdir(parents=True, exist_ok=True)
    (folder / "genes" / "panel.vcf").write_bytes(identified_vcf(person(SECOND, CT)))
    raw = (here / "genomics" / "example_multisample.maf").read_text("utf-8")
    owners = [person(SECOND, FIRST_MADE + i) for i in range(3)]
    (folder / "genes" / "cohort.maf").write_bytes(identified_maf(raw, owners))
    (folder / "research").mkdir(exist_ok=True)
    data = (here / "ct_nifti" / "example_ct.nii.gz").read_bytes()
    (folder / "research" / "example_ct.nii.gz").write_bytes(data)
    yield _link(
        person(SECOND, CT), "research/example_ct.nii.gz", modality="CT", body_part="ABDOMEN"
    )
    (folder / "fhir").mkdir(exist_ok=True)
    bundle = identified_bundle(
        person(SECOND, FIRST_MADE), {"code": "C22.0", "display": "Liver cell carcinoma"}
    )
    (folder / "fhir" / "bundle_011.json").write_bytes(bundle)


def _tables(folder: Path, hospital: Hospital, made: Sequence[Person]) -> None:
    name = "gbsg2.csv" if hospital is FIRST else "lung.csv"
    text = (samples() / "clinical" / name).read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    (folder / "tables").mkdir(parents=True, exist_ok=True)
    (folder / "tables" / "clinical.csv").write_bytes(identified_table(rows, made))
    keep = json.dumps([c for c in rows[0] if c], ensure_ascii=False)
    mapping = COLUMNS + f"keep = {keep}\n"
    (folder / "tables" / "clinical.columns.toml").write_text(mapping, "utf-8")


def _reference(files: Sequence[bytes]) -> bytes:
    """Return the real CT's reference labels as a DICOM SEG of the identified images."""
    volume = read_series(files)
    by_uid = {str(d.SOPInstanceUID): d for d in (read_object(f) for f in files)}
    return write_seg(reference_labels(volume), [by_uid[uid] for uid in volume.sop_uids])


def reference_labels(volume: Volume) -> LabelSet:
    """Return the labels that come with the real CT on its own grid, by place and not by index."""
    given = read_nifti(samples() / "seg" / "example_seg_dicom.nii.gz")
    # The file's rows run the other way than the images': the direction says so.
    flat = given.voxels[:, ::-1, :] if given.geometry.direction[4] < 0 else given.voxels
    numbers = {name: n for n, (name, _) in enumerate(ORGANS, start=1)}
    flat_here = np.zeros(volume.geometry.shape, dtype=np.uint16)
    for theirs, name in REFERENCE.items():
        flat_here[flat == theirs] = numbers[name]
    names = [(numbers[name], name, code) for name, code in ORGANS]
    return from_label_map(flat_here, volume.geometry, names, VOCABULARY)


def _consents(hospital: Hospital) -> Iterator[dict[str, str]]:
    numbers = [CT, MR, SLIDE, PAIR, TOO_EARLY] if hospital is FIRST else [CT]
    for number in (*numbers, *(FIRST_MADE + i for i in range(MADE))):
        who = person(hospital, number)
        yield {
            "patient_id": who.patient_id,
            "name": who.kanji.replace("^", " "),
            "kana": who.kana.replace("^", " "),
            "birth_date": who.birth.isoformat(),
            "phone": who.phone,
            "address": who.address,
            "basis": "opt_in",
            "version": "2.0",
            "commercial": "yes",
            "data_types": "image;slide;clinical;genes;label;report",
            "date": "2024-04-01",
            "made": "yes" if number >= FIRST_MADE or number == TOO_EARLY else "no",
        }


def marked(slide: bytes) -> bytes:
    """Return the lower half of a slide with a line of green ink on it."""
    with TiffFile(io.BytesIO(slide)) as file:
        page = file.pages.first
        rgb, said = page.asarray(), page.description
    rgb = rgb[len(rgb) // 2 :]
    y, x = np.mgrid[: rgb.shape[0], : rgb.shape[1]]
    line = np.abs(y - 1000 - 60 * np.sin(x / 250)) < INK_PIXELS / 2
    inked = (0.15 * rgb + 0.85 * np.array(INK)).astype(np.uint8)
    out = io.BytesIO()
    with TiffWriter(out) as file:
        file.write(
            np.where(line[..., None], inked, rgb),
            tile=(240, 240),
            photometric="rgb",
            compression="jpeg",
            description=said,
            metadata=None,
            software=False,
        )
    return out.getvalue()


def _series(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(folder.glob("*.dcm"))]


def _write(folder: Path, files: Sequence[bytes], suffix: str) -> list[str]:
    folder.mkdir(parents=True, exist_ok=True)
    names = [f"{number:03d}{suffix}" for number in range(1, len(files) + 1)]
    for name, data in zip(names, files, strict=True):
        (folder / name).write_bytes(data)
    return names


def _link(who: Person, file: str, **more: str) -> dict[str, str]:
    return {"patient_id": who.patient_id, "file": file, **more}


def _outline() -> str:
    feature = {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [OUTLINE]},
        "properties": {"objectType": "annotation", "classification": {"name": "tumour"}},
    }
    return json.dumps({"type": "FeatureCollection", "features": [feature]})


def _write_csv(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    columns = list(dict.fromkeys(key for row in rows for key in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns or ["patient_id"], restval="")
        writer.writeheader()
        writer.writerows(rows)
