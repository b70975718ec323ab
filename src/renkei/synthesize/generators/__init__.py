"""The ways to synthesise cases; one file each."""

from renkei.plugins import by_name, collect
from renkei.synthesize.generator import Generator
from renkei.synthesize.generators import procedural_lesion

GENERATORS: tuple[Generator, ...] = (procedural_lesion.GENERATOR,)


def generator_of(name: str) -> Generator:
    """Return a generator by its name.

    Raises:
        NoSuchPluginError: There is none.
    """
    return by_name(collect(GENERATORS, "generators"), name)
