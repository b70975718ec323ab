"""Several readers: who found what, who agrees least, and what is disputed first."""

import json
from pathlib import Path

import numpy as np
import pytest
from tests.annotate.shapes import SHAPE, WORDS, ball, labels
from typer.testing import CliRunner

from renkei.annotate.commands import app
from renkei.annotate.compare import compare
from renkei.annotate.files import Format, write_labels
from renkei.annotate.panel import TooFewReadingsError, compare_all

LIVER = ball(5, 12, 10, 8)
EMPTY = np.zeros(SHAPE, bool)
LARGE, SMALL, ODD = ball(5, 6, 6, 4), ball(5, 17, 8, 3), ball(5, 6, 23, 3)


def test_each_lesion_says_who_found_it() -> None:
    panel = compare_all(
        [
            labels(lesion=LARGE | SMALL),
            labels(lesion=LARGE),
            labels(lesion=LARGE | SMALL | ODD),
            labels(lesion=LARGE),
        ],
        WORDS,
    )
    found = {one.found_by: round(one.long_mm) for one in panel.findings}
    assert found == {(0, 1, 2, 3): 9, (0, 2): 7, (2,): 7}
    assert [one.found_by for one in panel.unfound] == [(2,), (0, 2)]
    assert not panel.agreed


def test_a_lesion_that_one_drew_in_pieces_is_one() -> None:
    halves = LARGE.copy()
    halves[:, :, 6] = False
    panel = compare_all([labels(lesion=LARGE), labels(lesion=halves), labels(lesion=LARGE)], WORDS)
    (finding,) = panel.findings
    assert finding.found_by == (0, 1, 2)
    assert len(finding.parts) == 4


def test_the_reader_who_draws_differently_has_the_lowest_mean() -> None:
    near, far = ball(5, 12, 10.5, 8), ball(5, 12, 16, 8)
    panel = compare_all([labels(liver=LIVER), labels(liver=far), labels(liver=near)], WORDS)
    means = [panel.mean_dice_of(reader) or 0.0 for reader in range(3)]
    assert np.argmin(means) == 1
    assert panel.to_json()["mean_dice"] == means


def test_an_absence_on_which_all_agree_is_in_no_mean() -> None:
    panel = compare_all([labels(lesion=EMPTY)] * 3, WORDS)
    assert panel.agreed
    assert panel.findings == ()
    assert panel.mean_dice_of(0) is None


def test_one_reading_is_refused() -> None:
    with pytest.raises(TooFewReadingsError):
        compare_all([labels(liver=LIVER)], WORDS)


def test_what_is_missing_is_disputed_before_where_an_edge_is_and_large_before_small() -> None:
    a = labels(liver=LIVER, lesion=LARGE | SMALL, spleen=ball(5, 18, 24, 2))
    b = labels(liver=ball(5, 12, 18, 8), lesion=EMPTY, spleen=EMPTY)
    ranked = compare(a, b, WORDS).worst_first
    assert [(one.key, one.reason) for one in ranked] == [
        ("lesion", "missed_by_b"),
        ("lesion", "missed_by_b"),
        ("spleen", "presence"),
        ("liver", "extent"),
    ]
    assert ranked[0].lesions_a == (1,)
    assert compare(a, b, WORDS).to_json()["disputes"][0] == ranked[0].to_json()


def test_files_are_compared_by_command(tmp_path: Path) -> None:
    paths = []
    for n, drawn in enumerate((LARGE | SMALL, LARGE, LARGE | ODD)):
        paths.append(tmp_path / f"{n}.nii.gz")
        paths[-1].write_bytes(write_labels(labels(lesion=drawn), Format.NIFTI))
    told = CliRunner().invoke(app, ["agree", *map(str, paths)])
    assert told.exit_code == 0, told.output
    lines = [line.split("\t") for line in told.output.splitlines()]
    assert [line[:2] for line in lines[:3]] == [["lesion", p] for p in ("A-B", "A-C", "B-C")]
    assert [line[1] for line in lines[3:]] == ["A B C", "A", "C"]
    rows = CliRunner().invoke(app, ["agree", *map(str, paths[:2]), "--json"]).output.splitlines()
    assert [json.loads(row)["lesion_f1"] for row in rows] == [pytest.approx(2 / 3)]
