"""Decoded images kept for the next request of a viewer: in memory, under a limit, newest last."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

V = TypeVar("V")


class Cache(Generic[V]):
    """Values by key, at most `most` in all as `weigh` counts them; the oldest go first."""

    def __init__(self, most: int, weigh: Callable[[V], int]) -> None:
        self._most = most
        self._weigh = weigh
        self._held: OrderedDict[Hashable, V] = OrderedDict()
        self._weight = 0
        self._making: dict[Hashable, asyncio.Lock] = {}

    async def get(self, key: Hashable, make: Callable[[], Awaitable[V]]) -> V:
        """Return the value of a key, made once while it is kept, also for many who ask at once."""
        lock = self._making.setdefault(key, asyncio.Lock())
        async with lock:
            try:
                found = self._held.get(key)
                if found is None:
                    found = await make()
                    self._keep(key, found)
                self._held.move_to_end(key)
            finally:
                self._making.pop(key, None)
        return found

    def _keep(self, key: Hashable, made: V) -> None:
        self._held[key] = made
        self._weight += self._weigh(made)
        while self._weight > self._most and len(self._held) > 1:
            _, old = self._held.popitem(last=False)
            self._weight -= self._weigh(old)
