"""Noise put into the pixels of one hospital shows in the dry run; the sham beside it does not."""

import json
from dataclasses import replace

import numpy as np
import pytest
from tests.select.judged import recipe, rule, stratum

from renkei.imaging.made import SCANNERS, made_ct
from renkei.imaging.volume import Volume
from renkei.select.case import case_of_volume
from renkei.select.dryrun import DryRun, dry_run
from renkei.select.facts import CaseFacts
from renkei.select.metric import measure
from renkei.select.metrics import ct_noise
from renkei.select.stored import stored_case
from renkei.select.verdict import decide

SLICES, PATIENTS = slice(28, 34), 20


@pytest.fixture(scope="module")
def bodies() -> list[Volume]:
    return [made_ct(seed, scanner=SCANNERS[0])[0] for seed in (11, 12)]


def run(bodies: list[Volume], *, added_hu: float) -> DryRun:
    """Judge 20 patients of each of two sites; site B gets the noise, site A the same path."""
    rules = recipe(rule("ct_noise", exclude=60.0, z_pooled=3.5), stratum("ct_noise", 2.2, 0.25))
    random = np.random.default_rng(0)
    rows = []
    for i in range(2 * PATIENTS):
        site = "AB"[i % 2]
        body = bodies[i // 2 % 2]
        spread = added_hu if site == "B" else 0.0
        noise = random.normal(0, 1, body.voxels[SLICES].shape) * spread
        voxels = np.rint(body.voxels[SLICES] + noise).astype(np.int16)
        case = case_of_volume(replace(body, voxels=voxels))
        facts = CaseFacts("CT", site=site, patient=f"{i}", age=50, sex="F", model="M")
        verdict = decide(rules, facts, [(ct_noise.METRIC, *measure(case, ct_noise.METRIC))])
        rows.append((f"{i}", json.loads(json.dumps(verdict.as_dict()))))
    return dry_run([stored_case(name, said) for name, said in rows], rules)


def test_noise_in_one_hospital_is_named(bodies: list[Volume]) -> None:
    found = run(bodies, added_hu=40.0)
    assert {(w.rule, w.axis, w.value, w.what) for w in found.warnings} == {
        ("ct_noise", "site", "B", "held"),
        ("all", "site", "B", "held"),
    }
    assert (found.flow[0].selected, found.flow[0].review) == (PATIENTS, PATIENTS)


def test_the_sham_alone_warns_of_nobody(bodies: list[Volume]) -> None:
    assert run(bodies, added_hu=0.0).warnings == ()
