"""Train and score on what was read into memory: what runs in a process of its own."""

from dataclasses import dataclass
from typing import Any

from renkei.proof.version import FileLine
from renkei.publish.cases import Folder, version_folder
from renkei.train.recipes import recipe_of
from renkei.train.report import report_document
from renkei.train.run import Model, evaluate_model, train_folder

TEST = "test"


@dataclass(frozen=True, slots=True)
class Material:
    """The files of a part of a version in memory; it may cross into another process."""

    version_hash: str
    lines: tuple[FileLine, ...]
    content: dict[str, bytes]

    def folder(self) -> Folder:
        """Return it as the library reads cases."""
        return version_folder(self.lines, self.content.__getitem__, self.version_hash)


def train_material(
    material: Material, recipe: str, seed: int, structures: tuple[str, ...]
) -> tuple[Model, dict[str, Any] | None]:
    """Train on material in memory and report on its validation side, if it has labels."""
    folder, chosen = material.folder(), recipe_of(recipe)
    trained = train_folder(folder, recipe=chosen, seed=seed, structures=structures or None)
    if not any(case.labels for case in folder.side("validation")):
        return trained, None
    found = evaluate_model(trained, chosen, folder, "validation")
    return trained, report_document(trained.facts, trained.sha256, found, side="validation")


def score_material(material: Material, trained: Model, left: int) -> dict[str, Any]:
    """Score a model on the sealed cases and return the report; no row of a single case leaves."""
    recipe = recipe_of(str(trained.facts["recipe"]))
    found = evaluate_model(trained, recipe, material.folder(), TEST)
    return report_document(trained.facts, trained.sha256, found, side=TEST, looks_left=left)
