"""Uploads that nobody finished do not stay for ever."""

import os
import time

from renkei.collect.kinds import DAYS_TO_KEEP
from renkei.collect.server.jobs import sweep_uploads


async def test_half_sent_files_go_after_some_days_and_fresh_ones_stay(tmp_path, monkeypatch):
    monkeypatch.setenv("RENKEI_DATA", str(tmp_path))
    folder = tmp_path / "uploads" / "site"
    folder.mkdir(parents=True)
    old, fresh = folder / "old", folder / "fresh"
    for path in (old, fresh):
        path.write_bytes(b"half of a file")
    then = time.time() - (DAYS_TO_KEEP + 1) * 86_400
    os.utime(old, (then, then))
    assert await sweep_uploads() == 1
    assert list(folder.iterdir()) == [fresh]
    assert await sweep_uploads() == 0
