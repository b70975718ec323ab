"""Networks of a site: an ONNX file that is written here byte by byte, and its card."""

import json
from pathlib import Path

import numpy as np
import pytest

from renkei.annotate.assist import assists
from renkei.annotate.assist.network import NetworkCardError, read_card
from renkei.annotate.assistant import AssistRefusedError, Question, propose
from renkei.imaging.geometry import Geometry
from renkei.imaging.volume import Volume
from renkei.plugins import by_name

SHAPE = (6, 20, 24)
CARD = {
    "ja": "試験",
    "en": "Trial",
    "modalities": ["CT"],
    "spacing_mm": [2.0, 2.0, 2.0],
    "values": [-1000, 1000],
    "multiple": 8,
    "channel": 1,
}


def field(number: int, value: bytes | str | int) -> bytes:
    """Return one field of a protocol buffer."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def varint(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def tensor(name: str, dims: int) -> bytes:
    """Return a ValueInfo of float32 whose sizes are free."""
    sizes = b"".join(field(1, field(2, f"{name}{n}")) for n in range(dims))
    return field(1, name) + field(2, field(1, field(1, 1) + field(2, sizes)))


def network() -> bytes:
    """Return a model of two channels: one half, and the image itself (values over it win)."""
    half = field(2, 1) + field(8, "half") + field(9, np.float32(0.5).tobytes())
    none = field(2, 1) + field(8, "none") + field(9, np.float32(0).tobytes())
    kind = field(1, "axis") + field(3, 1) + field(20, 2)
    nodes = (
        field(1, "x") + field(1, "none") + field(2, "zeros") + field(4, "Mul"),
        field(1, "zeros") + field(1, "half") + field(2, "halves") + field(4, "Add"),
        field(1, "halves") + field(1, "x") + field(2, "y") + field(4, "Concat") + field(5, kind),
    )
    graph = b"".join(field(1, node) for node in nodes) + field(2, "trial")
    graph += field(5, half) + field(5, none) + field(11, tensor("x", 5)) + field(12, tensor("y", 5))
    return field(1, 8) + field(7, graph) + field(8, field(1, "") + field(2, 13))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "trial.onnx").write_bytes(network())
    (tmp_path / "trial.json").write_text(json.dumps(CARD), "utf-8")
    monkeypatch.setenv("RENKEI_ASSIST_MODELS", str(tmp_path))
    return tmp_path


def image() -> Volume:
    voxels = np.full(SHAPE, -500, np.int16)
    voxels[1:5, 4:16, 6:18] = 400
    return Volume(voxels, Geometry(SHAPE, (4.0, 1.0, 1.0)), "CT")


def test_a_network_answers_on_the_grid_of_the_image(folder: Path) -> None:
    pytest.importorskip("onnxruntime")
    trial = by_name(assists(), "trial")
    assert len(trial.model) == 64
    found = propose(trial, Question(volume=image()))
    truth = image().voxels > 0
    assert 2 * np.count_nonzero(found & truth) / (found.sum() + truth.sum()) > 0.9


def test_what_is_no_network_is_refused(folder: Path) -> None:
    pytest.importorskip("onnxruntime")
    (folder / "trial.onnx").write_bytes(b"nothing")
    with pytest.raises(AssistRefusedError, match="does not take"):
        propose(by_name(assists(), "trial"), Question(volume=image()))


@pytest.mark.parametrize(
    "change", [{"spacing_mm": [0, 1, 1]}, {"values": [1, 1]}, {"channel": None}, {"multiple": 0}]
)
def test_a_card_that_says_too_little_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    path = tmp_path / "trial.json"
    path.write_text(json.dumps(CARD | change), "utf-8")
    with pytest.raises(NetworkCardError):
        read_card(path)
    with pytest.raises(NetworkCardError):
        read_card(tmp_path / "missing.json")


def test_without_the_setting_there_is_none() -> None:
    assert "trial" not in [one.name for one in assists()]
