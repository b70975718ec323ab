"""The server and the browser measure one phantom by one table: marks, and the numbers they give."""

import json
from pathlib import Path

import numpy as np
import pytest

from renkei.annotate.marks import Mark, MarkKind, value_at
from renkei.imaging.geometry import Geometry

# web/src/annotate/marks/measure.test.ts reads the same table.
TABLE = json.loads(Path(__file__).with_name("phantom_marks.json").read_text("utf-8"))
HEADER = TABLE["header"]
GRID = Geometry(
    tuple(HEADER["shape"]),
    tuple(HEADER["spacing"]),
    tuple(HEADER["origin"]),
    tuple(HEADER["direction"]),
)


def phantom() -> np.ndarray:
    z, y, x = np.indices(GRID.shape)
    return (x * 7 + y * 13 + z * 29) % 301 - 150


@pytest.mark.parametrize("row", TABLE["marks"], ids=lambda row: row["name"])
def test_the_server_gives_the_numbers_of_the_table(row: dict) -> None:
    points = tuple(GRID.point(*index) for index in row["indices"])
    mark = Mark(MarkKind(row["kind"]), "x", points)
    assert dict(value_at(mark, GRID, phantom()).values) == pytest.approx(row["values"], abs=1e-9)
