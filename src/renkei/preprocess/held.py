"""What a plan works on: a volume with its labels, a slide on disk, or a table."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import polars as pl

from renkei.imaging.labels import LabelSet
from renkei.imaging.volume import Volume

# What an input of a plan is called where it is no volume.
SLIDE = "SM"
TABLE = "TABLE"


class Kind(StrEnum):
    """What a step works on."""

    VOLUME = "volume"
    SLIDE = "slide"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Scan:
    """An image and the labels that lie on its grid."""

    image: Volume
    labels: LabelSet | None = None


@dataclass(frozen=True, slots=True)
class SlideScan:
    """A whole slide as a pyramid on disk; steps write a new one into `scratch`."""

    path: Path
    scratch: Path


@dataclass(frozen=True, slots=True)
class TableScan:
    """A clinical table by its layout's name; raw values stay beside what is made of them."""

    layout: str
    frame: pl.DataFrame


Held = Scan | SlideScan | TableScan


def kind_of(modality: str) -> Kind:
    """Return what an input of this modality is."""
    return {SLIDE: Kind.SLIDE, TABLE: Kind.TABLE}.get(modality, Kind.VOLUME)
