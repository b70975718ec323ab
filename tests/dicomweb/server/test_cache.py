"""The memory of decoded images."""

import asyncio

from renkei.dicomweb.server.cache import Cache


def counted(cache: Cache, made: list):
    async def get(key: str, value: bytes):
        async def make() -> bytes:
            made.append(key)
            await asyncio.sleep(0)
            return value

        return await cache.get(key, make)

    return get


async def test_many_who_ask_at_once_wait_for_one():
    made: list[str] = []
    get = counted(Cache(100, len), made)
    found = await asyncio.gather(*[get("a", b"x") for _ in range(20)])
    assert (made, set(found)) == (["a"], {b"x"})


async def test_the_oldest_goes_first_and_use_keeps():
    made: list[str] = []
    get = counted(Cache(20, len), made)
    for key in ("a", "b", "a", "c"):
        await get(key, bytes(10))
    await get("a", bytes(10))
    assert made == ["a", "b", "c"]
    await get("b", bytes(10))
    assert made == ["a", "b", "c", "b"]


async def test_a_failure_is_not_kept():
    cache: Cache[bytes] = Cache(100, len)

    async def fail() -> bytes:
        raise ValueError

    async def work() -> bytes:
        return b"y"

    for _ in range(2):
        try:
            await cache.get("a", fail)
        except ValueError:
            continue
    assert await cache.get("a", work) == b"y"
