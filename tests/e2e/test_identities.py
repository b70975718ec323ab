"""No invented identifier is found anywhere behind the hospitals' doors."""

import gzip
import zlib
from pathlib import Path

import httpx2
import psycopg
import pytest
import zstandard
from sqlalchemy import select
from tests.e2e.needles import LEAST, Needles
from tests.shape.source import ROOT

from renkei import http
from renkei.demo.cases import FIRST_MADE
from renkei.demo.inputs import CT, MADE, MR, NO_CONSENT, PAIR, SLIDE
from renkei.demo.organise import KEPT
from renkei.demo.persons import FIRST, SECOND, TOO_EARLY, person
from renkei.demo.processes import run_tool
from renkei.server.actor import system
from renkei.server.db import transaction
from renkei.server.opening import locate, opened
from renkei.server.storage import ObjectErasedError, StoredObject, load
from renkei.server.web.access import route_permissions
from renkei.settings import Settings


def patients():
    real = [person(FIRST, n) for n in (CT, MR, SLIDE, PAIR, NO_CONSENT, TOO_EARLY)]
    made = [person(h, FIRST_MADE + i) for h in (FIRST, SECOND) for i in range(MADE)]
    return [*real, person(SECOND, CT), *made]


def unpacked(data):
    """Yield the bytes, and what they are compressed from."""
    yield data
    for undo in (gzip.decompress, zlib.decompress):
        try:
            yield undo(data)
        except (OSError, EOFError, zlib.error):
            continue
    at = data.find(b"\x28\xb5\x2f\xfd")
    if 0 <= at < 1 << 16:
        try:
            yield zstandard.ZstdDecompressor().decompress(data[at:], 1 << 28)
        except zstandard.ZstdError:
            return


def hits(needles, data):
    return set().union(*(needles.find(plain) for plain in unpacked(data)))


@pytest.fixture(scope="session")
def written():
    """Every identifier that the story may have written into the originals."""
    found = {i for p in patients() for i in p.identifiers()}
    return {i for i in found if len(i.lstrip("0")) >= LEAST}


@pytest.fixture(scope="session")
def proved(story, written):
    """The identifiers that are provably in the originals, in one form or another."""
    needles, there = Needles(sorted(written)), set()
    for path in (story.folder / "hospitals").glob("*/*/**/*"):
        if path.is_file() and {"originals", "scanner"} & set(path.parts):
            there |= hits(needles, path.read_bytes()) | needles.find(str(path).encode())
    return there


@pytest.fixture(scope="session")
def needles(proved):
    return Needles(sorted(proved))


def test_the_search_looks_for_what_is_provably_in_the_originals(proved, written):
    assert len(proved) > 0.9 * len(written)
    assert len(proved) > 400


def test_none_of_them_is_in_the_samples_before_identities_are_written(needles):
    bare = [p for p in (ROOT / "samples").rglob("*") if p.is_file()]
    assert [str(p) for p in bare if hits(needles, p.read_bytes())] == []


def test_none_of_them_comes_from_a_clean_run_of_the_tool(needles, tmp_path):
    key, out = tmp_path / "key.json", tmp_path / "out"
    run_tool("deid", "key", key)
    lines = run_tool("deid", "run", ROOT / "samples", "--out", out, "--key", key, "--json")
    clean = [line for line in lines if line["state"] == "clean"]
    assert len(clean) > 20
    made = [p for p in out.rglob("*") if p.is_file()]
    assert [str(p) for p in made if hits(needles, p.read_bytes())] == []


def test_no_identifier_is_in_a_file_of_the_platform_or_the_licensee(story, needles):
    inside = [p for p in story.folder.rglob("*") if p.is_file() and "hospitals" not in p.parts]
    inside = [p for p in inside if "pg" not in p.relative_to(story.folder).parts[:1]]
    assert len(inside) > 500
    found = {
        p.relative_to(story.folder).as_posix(): sorted(hit)
        for p in inside
        if (hit := hits(needles, p.read_bytes()) | needles.find(str(p).encode()))
    }
    assert found == {}


def test_no_identifier_is_in_the_database(story, needles):
    url = locate(Settings(data=story.folder)).url
    rows = 0
    with psycopg.connect(url) as connection:
        listing = "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'"
        tables = [name for (name,) in connection.execute(listing)]
        assert len(tables) > 60
        for table in tables:
            with connection.cursor().copy(f"COPY {table} TO STDOUT") as copy:
                data = b"".join(bytes(block) for block in copy)
            rows += data.count(b"\n")
            assert needles.find(data) == set(), table
    assert rows > 5000


async def test_no_identifier_is_in_a_stored_object_once_decrypted(story, needles):
    checked = erased = 0
    async with opened(Settings(data=story.folder)):
        async with transaction(system("identity search")) as session:
            ids = list(await session.scalars(select(StoredObject.id)))
        for object_id in ids:
            async with transaction(system("identity search")) as session:
                try:
                    data = await load(session, object_id)
                except ObjectErasedError:
                    erased += 1
                    continue
            checked += 1
            assert hits(needles, data) == set(), object_id
    assert checked > 1000
    assert erased > 0


def test_no_identifier_is_in_a_web_answer(story, needles):
    import json

    people = json.loads(Path(story.folder, KEPT).read_text("utf-8"))
    paths = {
        path
        for method, path, _ in route_permissions(http.build().routes)
        if method == "GET" and "{" not in path and not path.endswith(("/events", "/uploads"))
    }
    assert len(paths) > 30
    read = 0
    for who in people.values():
        headers = {"Authorization": f"Bearer {who['token']}"}
        with httpx2.Client(base_url=story.url, headers=headers, timeout=60) as client:
            for path in sorted(paths):
                answer = client.get(path, params={"limit": 200} if "api/v1" in path else None)
                read += len(answer.content)
                assert needles.find(answer.content) == set(), path
    assert read > 100_000
