"""Train on a folder of cases and score a model, each file checked against the manifest first."""

import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version as installed
from typing import Any

import numpy as np

from renkei.errors import DataRefusedError
from renkei.proof import canonical, digest
from renkei.publish.cases import Case, Folder, check_files
from renkei.publish.load import LoadedCase, load_case
from renkei.train import threads
from renkei.train.evaluate import CaseScore, Evaluation, evaluate_cases
from renkei.train.metrics import score_mask
from renkei.train.recipe import Example, Recipe

FORMAT = "renkei.model/1"
LEAST_CASES = 3


class NoLabelsError(DataRefusedError):
    """Too few training cases have labels."""


class EmptyModelError(DataRefusedError):
    """The model finds nothing at all in its own training cases."""


@dataclass(frozen=True, slots=True)
class Model:
    """A model's bytes and the facts that bind it to data, recipe and environment."""

    weights: bytes
    facts: Mapping[str, Any]

    @property
    def sha256(self) -> str:
        """Return the hash of the facts, which hold the hash of the weights."""
        return digest(canonical(dict(self.facts)))

    @property
    def structures(self) -> tuple[str, ...]:
        """Return the names of what the model finds."""
        return tuple(self.facts["structures"])


def train_folder(
    folder: Folder,
    *,
    recipe: Recipe,
    seed: int = 0,
    structures: Sequence[str] | None = None,
) -> Model:
    """Train on the train side; on a folder that is no frozen version the model is a draft.

    `structures` defaults to those that every labelled training case knows.

    Raises:
        FileChangedError: A file is not the manifest's; nothing was trained.
        NoLabelsError: Fewer than three training cases have labels.
        EmptyModelError: The model is all background.
    """
    check_files(folder)
    loaded = [load_case(folder, case) for case in folder.side("train") if case.labels]
    if len(loaded) < LEAST_CASES:
        raise NoLabelsError("Training needs at least three labelled cases on the train side.")
    examples = [example_of(item) for item in loaded]
    wanted = tuple(structures or _known_to_all(examples))
    if not wanted:
        raise NoLabelsError("No structure is labelled in every training case; name some.")
    weights = recipe.fit(examples, wanted, recipe.settings, seed)
    if not any(mask.any() for e in examples[:3] for mask in recipe.predict(weights, e).values()):
        raise EmptyModelError(
            "The model finds nothing in its own training cases; train on more of them."
        )
    facts = {
        "format": FORMAT,
        "recipe": recipe.name,
        "recipe_sha256": recipe.sha256,
        "seed": seed,
        "structures": list(wanted),
        "version": folder.version_id,
        "draft": folder.version_id is None,
        "split_sha256": split_sha256(folder.cases),
        "train_patients": len({case.subject for case in folder.side("train")}),
        "train_cases": len(loaded),
        "made_patients": len({i.case.subject for i in loaded if not i.case.counted}),
        "modalities": sorted({e.modality for e in examples}),
        "environment": environment(),
        "weights_sha256": digest(weights),
        "notice": "Research use only, not a medical device.",
    }
    return Model(weights, facts)


def score_cases(
    model: Model, recipe: Recipe, folder: Folder, cases: Iterable[Case]
) -> list[CaseScore]:
    """Score a model case by case; a structure that a case does not know is left out of it."""

    def score(case: Case) -> CaseScore:
        example = example_of(load_case(folder, case))
        predicted = recipe.predict(model.weights, example)
        scores = {
            name: score_mask(
                example.masks[name],
                predicted.get(name, np.zeros(example.voxels.shape, bool)),
                example.spacing,
            )
            for name in model.structures
            if name in example.masks
        }
        return CaseScore(case.name, case.subject, scores, case.facts)

    return threads.each(score, [case for case in cases if case.labels is not None])


def evaluate_model(
    model: Model, recipe: Recipe, folder: Folder, side: str
) -> tuple[Evaluation, ...]:
    """Score one side and summarise every structure; checks the files first.

    Raises:
        FileChangedError: A file is not the manifest's.
        NoLabelsError: The side has no labelled case.
    """
    check_files(folder)
    scores = score_cases(model, recipe, folder, folder.side(side))
    if not scores:
        raise NoLabelsError("This side holds no labelled case; choose another side.")
    return tuple(evaluate_cases(scores, structure) for structure in model.structures)


def example_of(loaded: LoadedCase) -> Example:
    """Return a loaded case as a recipe reads it."""
    masks = {s.name: s.mask for s in loaded.labels.segments} if loaded.labels else {}
    volume = loaded.volume
    return Example(loaded.case.name, volume.voxels, volume.geometry.spacing, volume.modality, masks)


def split_sha256(cases: Iterable[Case]) -> str:
    """Return the hash of who stands on which side."""
    return digest(canonical(sorted([case.name, case.split] for case in cases)))


def environment() -> dict[str, str]:
    """Return the parts whose release decides the bytes of a model."""
    parts = ("numpy", "scipy", "scikit-learn")
    return {"python": platform.python_version()} | {name: installed(name) for name in parts}


def _known_to_all(examples: Sequence[Example]) -> list[str]:
    return sorted(set.intersection(*(set(example.masks) for example in examples)))
