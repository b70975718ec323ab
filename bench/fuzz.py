"""Change real files at random and clean them: never a crash, never a hang, never a leak of type.

`./dev bench fuzz` runs for RENKEI_FUZZ_SECONDS (60); what it finds becomes a test.
"""

import os
import random
import struct
import time
from pathlib import Path

from bench.measure import Row
from renkei.deid import PseudonymKey, Series, load_profile
from renkei.deid.splice import Asked

ROOT = Path(__file__).parents[1]
LIMIT = 2.0  # seconds for one file: far above the slowest that was seen


def run():
    seed = int(os.environ.get("RENKEI_FUZZ_SEED", str(time.time_ns())))
    chance, asked = random.Random(seed), Asked(load_profile(), PseudonymKey.new())
    end = time.monotonic() + float(os.environ.get("RENKEI_FUZZ_SECONDS", "60"))
    files = [
        (ROOT / "samples" / path).read_bytes()
        for path in (
            "mr_dicom/brain_002.dcm",
            "ct_dicom/slice_01.dcm",
            "rt/rtss.dcm",
            "rt/rtplan.dcm",
        )
    ]
    runs = crashes = 0
    slowest, series = 0.0, Series()
    while time.monotonic() < end:
        data = mutant(chance.choice(files), chance)
        started = time.process_time()
        try:
            series.clean(data, asked)
        except Exception as error:  # noqa: BLE001  the count is the finding
            crashes += 1
            Path(f"fuzz-{seed}-{runs}.dcm").write_bytes(data)
            print(f"{type(error).__name__}: {error}")
        slowest = max(slowest, time.process_time() - started)
        runs += 1
    yield Row("fuzz", f"{runs} changed files (seed {seed}), crashes", crashes, "", None, "", goal=0)
    yield Row("fuzz", "slowest file", slowest, "", None, "CPU s", goal=LIMIT)


def mutant(data, chance):
    """Return a file changed in its header, cut, or with a length that lies."""
    head = bytearray(data[:20_000])
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(128, len(head) - 8)
        kind = chance.randrange(5)
        if kind == 0:
            head[at] = chance.randrange(256)
        elif kind == 1:
            struct.pack_into("<I", head, at, chance.choice([0xFFFFFFFF, 0xFFFFFFFE, 0x7FFFFFFF, 0]))
        elif kind == 2:
            del head[at : at + chance.randrange(1, 64)]
        elif kind == 3:
            source = chance.randrange(128, len(head) - 8)
            head[at:at] = head[source : source + chance.randrange(1, 300)]
        else:
            head[at : at + 4] = b"\xfe\xff" + chance.choice([b"\x00\xe0", b"\x0d\xe0", b"\xdd\xe0"])
    whole = bytes(head) + data[20_000:]
    return whole[: chance.randrange(len(whole))] if chance.random() < 0.2 else whole
