"""Running a tool on one label of a set."""

import numpy as np
import pytest

from renkei.annotate.compare import label_set
from renkei.annotate.computing import Call, Image, numbers_of, run_tool, use_tool
from renkei.annotate.tool import INSIDE, ToolRefusedError
from renkei.annotate.vocabulary import load_vocabulary
from renkei.imaging.geometry import Geometry
from renkei.imaging.labels import LabelSet, pack, unpack

WORDS = load_vocabulary("abdomen-ct")
SHAPE = (1, 8, 8)
GRID = Geometry(SHAPE, (2.0, 1.0, 1.0), (0.0, 0.0, 0.0))


def labels(**boxes: tuple[slice, slice]) -> LabelSet:
    masks = {}
    for key, (y, x) in boxes.items():
        masks[key] = np.zeros(SHAPE, bool)
        masks[key][0, y, x] = True
    return label_set(LabelSet(GRID, ()), masks, WORDS)


def masks_of(found: LabelSet) -> dict[str, np.ndarray]:
    return {segment.name: segment.mask for segment in found.segments}


def test_a_label_takes_from_its_group_only_when_it_may() -> None:
    two = labels(liver=(slice(0, 8), slice(0, 4)), spleen=(slice(0, 8), slice(4, 8)))
    call = Call(tool="add", key="liver", values={}, other="spleen")
    kept = masks_of(use_tool(two, WORDS, call))
    assert [kept[key].sum() for key in ("liver", "spleen")] == [32, 32]
    free = Call(tool="add", key="liver", values={}, other="spleen", keep_others=False)
    taken = masks_of(use_tool(two, WORDS, free))
    assert [taken[key].sum() for key in ("liver", "spleen")] == [64, 0]
    # A lesion lies in another group and may overlap: both stay.
    over = labels(liver=(slice(0, 8), slice(0, 4)), lesion=(slice(2, 4), slice(2, 4)))
    cut = masks_of(
        use_tool(over, WORDS, Call(tool="subtract", key="liver", values={}, other="lesion"))
    )
    assert [cut[key].sum() for key in ("liver", "lesion")] == [28, 4]


def test_stored_numbers_are_scaled_before_a_tool_reads_them() -> None:
    seed = labels(liver=(slice(3, 4), slice(3, 4)))
    stored = np.zeros(SHAPE, np.int16)
    stored[0, 2:6, 2:6] = 500
    image = Image(stored.astype("<i2").tobytes(), 0.01, 0.0, hounsfield=False)
    call = Call(tool="grow", key="liver", values={"tolerance": 4.9, "reach_mm": 20.0})
    grown = masks_of(unpack(run_tool(pack(seed), WORDS.reference, call, image)))
    assert grown["liver"].sum() == 16
    wide = Call(tool="grow", key="liver", values={"tolerance": 5.1, "reach_mm": 20.0})
    assert masks_of(unpack(run_tool(pack(seed), WORDS.reference, wide, image)))["liver"].all()


def test_numbers_out_of_bounds_and_scribbles_outside_are_refused() -> None:
    one = labels(liver=(slice(0, 2), slice(0, 2)))
    for values in ({"sigma_mm": 99.0}, {"sigma_mm": float("nan")}, {"radius": 1.0}):
        with pytest.raises(ToolRefusedError):
            use_tool(one, WORDS, Call(tool="smooth", key="liver", values=values))
    beyond = Call(tool="watershed", key="liver", values={}, scribbles=((60, 9, INSIDE),))
    with pytest.raises(ToolRefusedError, match="outside the image"):
        use_tool(one, WORDS, beyond, voxels=np.zeros(SHAPE))


def test_numbers_are_read_from_a_command_line() -> None:
    assert numbers_of("sigma_mm=2,reach=1.5") == {"sigma_mm": 2.0, "reach": 1.5}
    assert numbers_of("") == {}
    with pytest.raises(ToolRefusedError):
        numbers_of("sigma_mm")
