"""Networks that a site brings itself: an ONNX file beside a JSON file that says how to feed it."""

import json
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from renkei.annotate.assistant import Assist, AssistRefusedError, Question
from renkei.errors import UsageError
from renkei.plugins import need_extra
from renkei.settings import load_settings

MOST_MODELS = 50
MOST_CARD = 2**20


class NetworkCardError(UsageError):
    """The JSON file beside a network is missing or says too little."""


@dataclass(frozen=True, slots=True)
class Card:
    """How a network is fed: one channel (1, 1, z, y, x), its grid and scale.

    `spacing` (z, y, x) in mm; `low` and `high` become 0 and 1; `multiple` pads each axis;
    `channel` is the output channel of the label, by argmax, or by `threshold` where there is one.
    """

    ja: str
    en: str
    modalities: tuple[str, ...]
    spacing: tuple[float, float, float]
    low: float
    high: float
    multiple: int
    channel: int
    threshold: float | None


def networks() -> tuple[Assist, ...]:
    """Return an assist for each `.onnx` file in the folder of the setting `assist_models`.

    Raises:
        NetworkCardError: A file has no card, or a broken one.
    """
    folder = load_settings().assist_models
    if folder is None:
        return ()
    return tuple(_assist(path) for path in sorted(folder.glob("*.onnx"))[:MOST_MODELS])


def _assist(path: Path) -> Assist:
    card = read_card(path.with_suffix(".json"))
    return Assist(
        path.stem,
        card.ja,
        card.en,
        frozenset(card.modalities),
        partial(run_network, path, card),
        model=sha256(path.read_bytes()).hexdigest(),
    )


def read_card(path: Path) -> Card:
    """Read the card of a network.

    Raises:
        NetworkCardError: It is missing, too large, or says too little.
    """
    try:
        with path.open("rb") as file:
            said: dict[str, Any] = json.loads(file.read(MOST_CARD))
        z, y, x = (float(step) for step in said["spacing_mm"])
        low, high = (float(value) for value in said["values"])
        threshold = said.get("threshold")
        card = Card(
            str(said["ja"]),
            str(said["en"]),
            tuple(str(one) for one in said["modalities"]),
            (z, y, x),
            low,
            high,
            int(said.get("multiple", 1)),
            int(said["channel"]),
            None if threshold is None else float(threshold),
        )
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise NetworkCardError(f"{path.name} does not say how the network is fed.") from error
    if min(card.spacing) <= 0 or not 1 <= card.multiple <= 512 or card.low >= card.high:
        raise NetworkCardError(f"{path.name} names a spacing, multiple or range that cannot be.")
    return card


def run_network(path: Path, card: Card, question: Question) -> NDArray[np.bool_]:
    """Return the mask (z, y, x) that a network finds, back on the grid of the image.

    Raises:
        AssistRefusedError: The network does not take the image, or answers in another shape.
        MissingExtraError: ONNX Runtime is not installed.
    """
    need_extra("hospital", "onnxruntime")
    import onnxruntime
    from scipy import ndimage

    volume = question.volume
    factors = [a / b for a, b in zip(volume.geometry.spacing, card.spacing, strict=True)]
    near = ndimage.zoom(volume.voxels.astype(np.float32), factors, order=1)
    near = np.clip((near - card.low) / (card.high - card.low), 0, 1)
    padded = np.pad(near, [(0, -n % card.multiple) for n in near.shape])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    try:
        session = onnxruntime.InferenceSession(
            str(path), options, providers=onnxruntime.get_available_providers()
        )
        (given, *_) = session.run(None, {session.get_inputs()[0].name: padded[None, None]})
    except Exception as error:
        raise AssistRefusedError("The network does not take this image.") from error
    if given.ndim != 5 or given.shape[2:] != padded.shape or not card.channel < given.shape[1]:
        raise AssistRefusedError("The network answers in another shape than its card says.")
    if card.threshold is None:
        likely = (given[0].argmax(axis=0) == card.channel).astype(np.float32)
        least = 0.5
    else:
        likely, least = given[0, card.channel], card.threshold
    z, y, x = near.shape
    back = [a / b for a, b in zip(volume.voxels.shape, near.shape, strict=True)]
    return np.asarray(ndimage.zoom(likely[:z, :y, :x], back, order=1) >= least)
