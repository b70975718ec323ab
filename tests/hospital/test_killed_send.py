"""The sender killed at random moments: at the end both sides hold the same, nothing twice."""

import asyncio
import os
import random
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import httpx2
import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from tests.hospital.platform_made import Platform
from tests.hospital.site_made import make_data, make_site, read_through
from tests.hospital.test_add import added

from renkei.hospital.vault import opened
from renkei.proof.batch import parse_batch

KILLS = 6
PAUSE = 0.05


@contextmanager
def served(platform, door):
    """Serve the platform of the tests on loopback, slowly, so that a kill hits something."""

    async def answer(request):
        body = await request.body()
        await asyncio.sleep(PAUSE)
        given = platform.answer(
            httpx2.Request(request.method, str(request.url), headers=request.headers, content=body)
        )
        return Response(given.content, given.status_code, dict(given.headers))

    methods = ["GET", "POST", "PATCH", "HEAD"]
    app = Starlette(routes=[Route("/{path:path}", answer, methods=methods)])
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [door]})
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(20)


def test_a_sender_killed_again_and_again_ends_with_equal_manifests(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as door:
        address = f"http://127.0.0.1:{door.getsockname()[1]}"
        site = make_site(tmp_path / "site", server=address)
        added(site, make_data(tmp_path / "ward"))
        read_through(site)
        platform, chance, killed = Platform(), random.Random(4), 0
        command = [sys.executable, "-m", "renkei", "hospital", "send", "--site", str(site.folder)]
        with served(platform, door):
            while killed < KILLS:
                before = platform.requests
                process = subprocess.Popen(command, env={**os.environ, "RENKEI_TOKEN": "t"})
                while platform.requests == before and process.poll() is None:
                    time.sleep(0.005)
                time.sleep(chance.uniform(0, 2 * PAUSE))
                assert process.poll() is None, "it ended before it could be killed"
                process.kill()
                process.wait(10)
                killed += 1
            subprocess.run(command, check=True, env={**os.environ, "RENKEI_TOKEN": "t"})
    with opened(site.folder) as vault:
        (batch,) = vault.batches()
        manifest, names = vault.manifest(batch["id"]), [i.n for i in vault.items_of(batch["id"])]
    ((held, got),) = platform.batches.values()
    assert held == manifest
    assert sorted(got) == sorted(names) == sorted(f.n for f in parse_batch(manifest).files)
    assert batch["state"] == "closed"
    assert batch["answer"]["stored"] == len(names)
