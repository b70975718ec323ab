"""A hospital with real scans and invented patients, for the tests of its tool."""

import io
import shutil
from pathlib import Path
from uuid import UUID

import pydicom

from renkei.hospital.review import reviewing
from renkei.hospital.site import Site, create_site
from renkei.hospital.vault import opened

SAMPLES = Path(__file__).parents[2] / "samples"
SITE = UUID("0190a000-0000-7000-8000-00000000000a")
CONSENTS = """\
patient_id,basis,version,commercial,data_types,date,name,kana,birth_date,made,withdrawn
0090417723,opt_in,2.0,yes,image;slide;clinical;genes;label,2024-04-01,山寺^太郎左,ヤマデラ^タロウザエモン,1952-03-18,,
0055512345,opt_in,2.0,no,image;clinical,2024-05-01,見本^花子,ミホン^ハナコ,1990-07-07,,
0077700001,opt_out,1.1,no,image,2024-06-01,例^次郎,レイ^ジロウ,1960-01-01,,
0066600002,opt_in,2.0,yes,image,2024-06-01,架空^三郎,カクウ^サブロウ,1970-01-01,,yes
"""


def read_through(site: Site) -> None:
    """Approve every text of what waits, as somebody does on the pages."""
    with opened(site.folder) as vault, reviewing(site, vault) as review:
        review.decide(approved=[text.n for text in review.texts()], refused=[], reviewer="確認")


def dicom(path: Path, patient: str, name: str, *, day: str | None = None) -> bytes:
    """Return a real slice with an invented patient, and maybe another study date."""
    ds = pydicom.dcmread(path)
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.PatientID, ds.PatientName = patient, name
    if day:
        ds.StudyDate = day
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, ds, enforce_file_format=False)
    return buffer.getvalue()


def make_site(folder: Path, **more: object) -> Site:
    """Return a new site."""
    settings: dict[str, object] = {
        "server": "http://127.0.0.1:1",
        "approval": "E-2024-007",
        "agreement": "A-2024-003",
        "known_aes": ("SCANNER1",),
        "port": 0,
        "listen_on": "127.0.0.1",
        **more,
    }
    return create_site(Site(folder=folder, site=SITE, **settings))  # type: ignore[arg-type]


def make_data(folder: Path) -> Path:
    """Fill a folder as a hospital would: images, slide, volume with label, table, bundle, genes."""
    folder.mkdir()
    (folder / "consent.csv").write_text(CONSENTS, "utf-8")
    (folder / "links.csv").write_text(
        "patient_id,file,sample,kind,image,modality,body_part\n"
        "0090417723,scan.nii.gz,,,,CT,ABDOMEN\n"
        "0090417723,liver.nii.gz,,label,scan.nii.gz,,\n"
        "0090417723,slide.svs,,,,,\n"
        "0090417723,tumour.geojson,,label,slide.svs,,\n"
        "0090417723,,TUMOUR-77,,,,\n",
        "utf-8",
    )
    for n in (2, 3):
        path = SAMPLES / "mr_dicom" / f"brain_00{n}.dcm"
        (folder / f"YAMADERA_{n}.dcm").write_bytes(dicom(path, "0090417723", "山寺^太郎左"))
    other = dicom(SAMPLES / "mr_dicom" / "brain_004.dcm", "0099999999", "無名^一郎")
    (folder / "no_consent.dcm").write_bytes(other)
    withdrawn = dicom(SAMPLES / "mr_dicom" / "brain_005.dcm", "0066600002", "架空^三郎")
    (folder / "withdrawn.dcm").write_bytes(withdrawn)
    (folder / "broken.dcm").write_bytes(other[:2000])
    shutil.copy(SAMPLES / "ct_nifti" / "example_ct.nii.gz", folder / "scan.nii.gz")
    shutil.copy(SAMPLES / "seg" / "example_seg_dicom.nii.gz", folder / "liver.nii.gz")
    shutil.copy(SAMPLES / "wsi" / "cmu_small_region.svs", folder / "slide.svs")
    (folder / "tumour.geojson").write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Polygon",'
        '"coordinates":[[[0,0],[9,0],[9,9],[0,0]]]},"properties":{"name":"Yamadera",'
        '"classification":{"name":"tumour"}}}]}',
        "utf-8",
    )
    (folder / "labs.csv").write_bytes(
        "患者ID,検査日,値\n0090417723,令和5年4月5日,1.2\n0055512345,2023-04-06,3.4\n"
        "0099999999,2023-04-07,5.6\n".encode("cp932")
    )
    (folder / "labs.columns.toml").write_text(
        'id = "患者ID"\ndates = ["検査日"]\nkeep = ["値"]\n', "utf-8"
    )
    (folder / "genes.maf").write_text(
        "Hugo_Symbol\tTumor_Sample_Barcode\nTP53\tTUMOUR-77\nKRAS\tSTRANGER-1\n", "utf-8"
    )
    return folder
