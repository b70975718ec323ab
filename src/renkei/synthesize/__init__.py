"""Synthesize: cases that are made, marked for ever, and released only through a gate."""

from renkei.synthesize.gate import GateRefusedError, GateResult, GateState
from renkei.synthesize.generator import Background, Generated, Generator
from renkei.synthesize.generators import GENERATORS

__all__ = [
    "GENERATORS",
    "Background",
    "GateRefusedError",
    "GateResult",
    "GateState",
    "Generated",
    "Generator",
]
