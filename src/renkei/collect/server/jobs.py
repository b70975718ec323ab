"""What the worker runs for intake."""

from renkei.collect.server import recall

__all__ = ["recall"]
