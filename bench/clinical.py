"""A million made-up laboratory rows of two sites to standard codes, days and units, and to OMOP.

The peer multiplies pint quantities row by row, each unit parsed once; its figure is that of a part,
scaled up, for the units alone. What it gets wrong are units of one dimension that are not equal.
"""

import random
import resource
import time

import polars as pl

from bench.measure import Row
from renkei.preprocess.clinical.convert import convert_table
from renkei.preprocess.clinical.coverage import coverage
from renkei.preprocess.clinical.layout import TableLayout
from renkei.preprocess.clinical.masters import Masters
from renkei.preprocess.clinical.omop import write_omop
from renkei.preprocess.clinical.seeds import seed
from renkei.preprocess.clinical.units import UnitRefusedError, conversion, read_unit

ROWS, PART = 1_000_000, 20_000
UNITS = ("mg/dL", "mg/dl", "㎎/㎗", "mmol/L", "IU/L", "10^3/uL", "U/L", "%", "COI", "", "mEq/L")
TRAPS = (
    ("mL/min/{1.73_m2}", "mL/min"),
    ("ng/mL{FEU}", "ng/mL{DDU}"),
    ("meq/L", "mmol/L"),
    ("[IU]/L", "10*3/uL"),
    ("%", "mmol/mol"),
    ("ug/mL{FEU}", "ug/mL"),
)


def run():
    lab, person = _made(ROWS)
    layout = TableLayout("lab.csv", "measurement", {}, "jlac10", "jpclins")
    started = time.process_time()
    done = convert_table(lab, layout, Masters())
    mapped = time.process_time() - started
    peer = _row_by_row(lab.head(PART)) * ROWS / PART
    case = f"{ROWS:,} rows: days, codes, units, ranges"
    yield Row("clinical", case, mapped, "units by pint per row", peer, "CPU-s", 0.1)
    people = convert_table(person, TableLayout("p", "person", {}), Masters())
    started = time.process_time()
    write_omop({"measurement": done, "person": people}, Masters())
    yield Row("clinical", "to OMOP 5.4", time.process_time() - started, "", None, "CPU-s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield Row("clinical", "peak memory", peak, "", None, "MiB", 4096)
    counts = coverage(done, "code").row(0, named=True)
    lost = counts["rows"] - counts["mapped"] - counts["ambiguous"] - counts["unmapped"]
    yield Row("clinical", "rows neither mapped, ambiguous nor unmapped", lost, "", None, "rows", 0)
    wrong, peer_wrong = _traps()
    case = f"units taken for equal that are not, of {len(TRAPS)}"
    yield Row("clinical", case, wrong, "ucumvert", peer_wrong, "wrong", 0)


def _made(rows):
    chance = random.Random(7)
    codes = seed("codes").filter(pl.col("source_system") == "jlac10")["source_code"].to_list()
    codes += ["3D0100000023", "local-1", "9Z99900000"]
    names = [f"P{n:05}" for n in range(5_000)]
    lab = pl.DataFrame(
        {
            "subject": chance.choices(names, k=rows),
            "site": chance.choices(("A", "B"), k=rows),
            "day": [f"R{chance.randint(1, 6)}.{chance.randint(1, 12)}.5" for _ in range(rows)],
            "code": chance.choices(codes, k=rows),
            "value": [f"{chance.gammavariate(2, 50):.2f}" for _ in range(rows)],
            "unit": chance.choices(UNITS, k=rows),
        }
    )
    births = [f"S{chance.randint(10, 60)}.1.2" for _ in names]
    return lab, pl.DataFrame({"subject": names, "site": "A", "sex": "F", "birth": births})


def _row_by_row(lab):
    from ucumvert import InvalidUcumError, PintUcumRegistry

    registry, units = PintUcumRegistry(), {}
    started = time.process_time()
    for value, unit in lab.select("value", "unit").iter_rows():
        if unit not in units:
            try:
                units[unit] = registry.from_ucum(unit)
            except (InvalidUcumError, ValueError):
                units[unit] = None
        if hasattr(units[unit], "to_base_units"):
            (float(value) * units[unit]).to_base_units()
    return time.process_time() - started


def _traps():
    from ucumvert import PintUcumRegistry

    registry = PintUcumRegistry()
    ours = 0
    for one, other in TRAPS:
        try:
            conversion(read_unit(one), read_unit(other))
            ours += 1
        except UnitRefusedError:
            continue
    alike = [
        registry.from_ucum(a).dimensionality == registry.from_ucum(b).dimensionality
        for a, b in TRAPS
    ]
    return ours, sum(alike)
