"""Every broken stack is named; a whole one is not."""

from pathlib import Path

from renkei.select import judge_series, load_recipe
from renkei.select.judge import read_case
from renkei.select.metrics.geometry import geometry

FILES = sorted(Path("samples/ct_dicom").glob("*.dcm"))


def test_a_whole_series_has_no_fault_in_any_order_of_files() -> None:
    case, _ = read_case([*FILES[2:], *FILES[:2]])
    measured = geometry(case)
    assert (measured.value, measured.n, measured.codes) == (0, 20, ())


def test_a_missing_slice_is_named_wherever_it_lay() -> None:
    for gone in (1, 9, 18):
        case, _ = read_case([f for i, f in enumerate(FILES) if i != gone])
        assert geometry(case).codes == ("missing_slice",)


def test_a_repeated_slice_is_named() -> None:
    case, _ = read_case([*FILES, FILES[4]])
    assert "duplicate_position" in geometry(case).codes


def test_a_missing_end_is_invisible_and_not_invented() -> None:
    case, _ = read_case(FILES[:-3])
    assert geometry(case).codes == ()


def test_a_fault_excludes_and_needs_no_other_metric() -> None:
    verdict = judge_series(FILES[:5] + FILES[6:], load_recipe("ct_abdomen"), age=60)
    assert verdict.outcome == "exclude"
    assert verdict.reasons[0].key == "geometry.missing_slice"
