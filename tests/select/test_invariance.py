"""The same scan gives the same verdict in any order, under any name, packed or de-identified."""

import io
import random
import shutil
from pathlib import Path

import pydicom
import pytest
from pydicom.uid import UID, ExplicitVRLittleEndian, JPEGLSLossless, RLELossless

from renkei.deid import PseudonymKey, State, deidentify, load_profile
from renkei.select import judge_series, load_recipe
from renkei.select.verdict import Verdict

FILES = {
    "CT": sorted(Path("samples/ct_dicom").glob("*.dcm"))[5:9],
    "MR": sorted(Path("samples/mr_dicom").glob("*.dcm"))[3:7],
}
RECIPE = load_recipe("ct_abdomen")


def said(verdict: Verdict) -> tuple[object, ...]:
    values = {m.metric: (m.value, m.codes, m.reason, m.z) for m in verdict.metrics}
    return verdict.outcome, [reason.key for reason in verdict.reasons], values, verdict.stratum


def repacked(path: Path, syntax: UID) -> bytes:
    dataset = pydicom.dcmread(path)
    if dataset.file_meta.TransferSyntaxUID.is_compressed:
        dataset.decompress()
    if syntax.is_compressed:
        dataset.compress(syntax, generate_instance_uid=False)
    out = io.BytesIO()
    dataset.save_as(out, enforce_file_format=False)
    return out.getvalue()


@pytest.fixture(scope="module", params=sorted(FILES))
def scan(request: pytest.FixtureRequest) -> tuple[list[Path], Verdict]:
    files = FILES[request.param]
    return files, judge_series(files, RECIPE, age=60)


def test_order_and_names_do_not_matter(scan: tuple[list[Path], Verdict], tmp_path: Path) -> None:
    files, verdict = scan
    mixed = random.Random(1).sample(files, len(files))
    renamed = [Path(shutil.copy(f, tmp_path / f"{i}")) for i, f in enumerate(mixed)]
    assert said(judge_series(renamed, RECIPE, age=60)) == said(verdict)
    assert said(judge_series([f.read_bytes() for f in mixed], RECIPE, age=60)) == said(verdict)


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, JPEGLSLossless, RLELossless])
def test_lossless_packing_does_not_matter(scan: tuple[list[Path], Verdict], syntax: UID) -> None:
    files, verdict = scan
    packed = [repacked(f, syntax) for f in files]
    assert said(judge_series(packed, RECIPE, age=60)) == said(verdict)


def test_de_identification_does_not_matter(scan: tuple[list[Path], Verdict]) -> None:
    files, verdict = scan
    key, profile = PseudonymKey.new(), load_profile()
    results = [deidentify(f.read_bytes(), profile, key) for f in files]
    assert {result.state for result in results} == {State.CLEAN}
    clean = [result.data for result in results if result.data]
    assert said(judge_series(clean, RECIPE, age=60)) == said(verdict)
