"""Synthesise on what was read into memory: what runs in a process of its own."""

from collections.abc import Mapping

from renkei.synthesize.generators import generator_of
from renkei.synthesize.run import SyntheticSet, Wish, synthesize_folder
from renkei.train.material import Material


def synthesize_material(
    material: Material, generator: str, wish: Wish, params: Mapping[str, float]
) -> SyntheticSet:
    """Synthesise on material in memory."""
    return synthesize_folder(
        material.folder(), generator=generator_of(generator), wish=wish, params=params
    )
