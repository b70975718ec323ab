"""The ways to synthesise cases; one file each."""

from renkei.synthesize.generator import Generator
from renkei.synthesize.generators import procedural_lesion

GENERATORS: tuple[Generator, ...] = (procedural_lesion.GENERATOR,)
