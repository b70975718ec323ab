"""A model as files: `model.json` with the facts and `model.bin` with the weights."""

import json
from pathlib import Path

from renkei.errors import DataRefusedError, NotFoundError
from renkei.proof import canonical, digest
from renkei.train.run import FORMAT, Model

FACTS = "model.json"
WEIGHTS = "model.bin"


class NoModelError(NotFoundError):
    """The folder holds no model."""


class ModelChangedError(DataRefusedError):
    """The weights are not those that the model's facts name."""


def write_model(model: Model, folder: Path) -> None:
    """Write a model into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / WEIGHTS).write_bytes(model.weights)
    (folder / FACTS).write_bytes(canonical(dict(model.facts)) + b"\n")


def read_model(folder: Path) -> Model:
    """Read a model and check its weights.

    Raises:
        NoModelError: There is none.
        ModelChangedError: The weights were changed, or the facts cannot be read.
    """
    if not (folder / FACTS).is_file() or not (folder / WEIGHTS).is_file():
        raise NoModelError(f"The folder holds no {FACTS} with {WEIGHTS}.")
    weights = (folder / WEIGHTS).read_bytes()
    try:
        facts = dict(json.loads((folder / FACTS).read_bytes()))
    except (ValueError, TypeError, RecursionError) as error:
        raise ModelChangedError(
            "The model's facts cannot be read; copy the model again."
        ) from error
    if facts.get("format") != FORMAT or facts.get("weights_sha256") != digest(weights):
        raise ModelChangedError(
            "The weights are not those that the model's facts name; copy the model again."
        )
    return Model(weights, facts)
