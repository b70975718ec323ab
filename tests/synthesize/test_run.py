from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from renkei.imaging.labels import unpack
from renkei.imaging.nifti import read_nifti
from renkei.imaging.synthetic import nifti_mark
from renkei.publish.cases import FileChangedError, read_folder
from renkei.publish.load import load_case
from renkei.synthesize.gate import GateState
from renkei.synthesize.generator import Background, Generated, Generator
from renkei.synthesize.generators.procedural_lesion import GENERATOR
from renkei.synthesize.run import NoParentError, Wish, synthesize_folder

WISH = Wish(count=4, seed=11)


def test_a_set_passes_its_gate_and_every_case_is_marked_and_names_its_parent(
    version_folder: Callable[[], Path],
) -> None:
    folder = read_folder(version_folder())
    found = synthesize_folder(folder, generator=GENERATOR, wish=WISH)
    assert found.gate.state is GateState.PASSED, found.gate
    assert len(found.cases) + sum(found.document["rejected"].values()) == 4
    train = {case.name: case for case in folder.side("train")}
    for case, row in zip(found.cases, found.document["cases"], strict=True):
        assert nifti_mark(case.image).set_id == found.document["set_id"]
        assert row["parent"] == train[case.parent].image_sha256
        assert case.facts["synthetic"] is True


def test_the_parents_own_labels_stay_and_the_new_lesion_is_added(
    version_folder: Callable[[], Path],
) -> None:
    folder = read_folder(version_folder())
    found = synthesize_folder(folder, generator=GENERATOR, wish=WISH)
    by_name = {case.name: case for case in folder.cases}
    for case in found.cases:
        parent = load_case(folder, by_name[case.parent])
        labels = unpack(case.labels)
        assert np.array_equal(labels.named("liver").mask, parent.labels.named("liver").mask)
        added = labels.named("lesion").mask & ~parent.labels.named("lesion").mask
        changed = read_nifti(case.image).voxels != parent.volume.voxels
        assert added.any()
        assert not (changed & ~parent.labels.named("liver").mask).any()


def test_the_same_seed_gives_the_same_set_and_another_seed_another(
    version_folder: Callable[[], Path],
) -> None:
    folder = read_folder(version_folder())
    one, two, other = (
        synthesize_folder(folder, generator=GENERATOR, wish=wish)
        for wish in (WISH, WISH, Wish(count=4, seed=12))
    )
    assert one.sha256 == two.sha256
    assert one.sha256 != other.sha256


def test_a_generator_that_copies_lesions_is_refused_and_one_that_does_nothing_too(
    version_folder: Callable[[], Path],
) -> None:
    def copy(background: Background, _params: object, _seed: int) -> Generated:
        return Generated(background.voxels.copy(), background.avoid.copy(), ())

    def nothing(background: Background, _params: object, _seed: int) -> Generated:
        return Generated(background.voxels.copy(), np.zeros_like(background.organ), ())

    folder = read_folder(version_folder())
    for generate in (copy, nothing):
        bad = Generator("bad", "1", "imaging", "organ", {}, generate)
        found = synthesize_folder(folder, generator=bad, wish=WISH)
        assert found.gate.state is not GateState.PASSED


def test_an_organ_without_room_is_a_rejection_with_a_reason(
    version_folder: Callable[[], Path],
) -> None:
    huge = {"radius_min_mm": 60.0, "radius_max_mm": 61.0}
    found = synthesize_folder(
        read_folder(version_folder()), generator=GENERATOR, wish=WISH, params=huge
    )
    assert found.document["rejected"] == {"no_room": 4}
    assert found.gate.state is not GateState.PASSED


def test_an_organ_that_nobody_has_and_a_changed_file_are_refused(
    version_folder: Callable[[], Path],
) -> None:
    path = version_folder()
    with pytest.raises(NoParentError):
        synthesize_folder(
            read_folder(path), generator=GENERATOR, wish=Wish(count=1, organ="pancreas")
        )
    (path / "sub-007" / "case-007" / "labels.rlab").write_bytes(b"x")
    with pytest.raises(FileChangedError):
        synthesize_folder(read_folder(path), generator=GENERATOR, wish=WISH)
