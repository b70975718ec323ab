"""A field narrower than the head shows signal at its edge; a wide one does not."""

from functools import partial

import numpy as np
import pytest
from tests.select.inject_mr import wrap
from tests.select.mr_series import PHASE, SERIES, dose_response, head, measured, mr_header

from renkei.select.metrics.mr_wrap import METRIC


@pytest.mark.parametrize("name", SERIES)
def test_a_narrower_field_reads_more_and_the_sham_reads_the_same(name: str) -> None:
    rho, drift = dose_response(METRIC, name, partial(wrap, axis=PHASE[name]), (0.3, 0.4, 0.5))
    assert rho >= 0.9
    assert drift < 0.2


def test_the_edge_of_the_other_axis_does_not_count() -> None:
    """A neck leaves the field along the read axis and folds nowhere."""
    neck = head(sd=20)[:150]
    along, across = mr_header(), mr_header(InPlanePhaseEncodingDirection="ROW")
    inside = measured(METRIC, [neck], across)
    assert (inside.value, inside.places) == (0, ())
    found = measured(METRIC, [neck], along)
    assert found.value > 20
    assert found.facts["edge_x"] == 0


def test_the_edge_is_where_the_measured_field_ends() -> None:
    narrow = head(sd=20)[:, 80:176]
    padded = np.pad(narrow, ((0, 0), (40, 40)))
    assert measured(METRIC, [padded], mr_header()).facts["edge_x"] > 40
