"""Judged cases made in code, as `judge --json` would leave them."""

import numpy as np

from renkei.select.facts import CaseFacts
from renkei.select.metric import Measured
from renkei.select.recipe import Recipe, parse_recipe
from renkei.select.stored import StoredCase

HEAD = 'schema = "renkei.recipe/1"\nname = "test"\nversion = "1"\n'
CT = '[inclusion]\nmodalities = ["CT"]\n'


def recipe(*parts: str, top: str = "", cohort: str = CT) -> Recipe:
    return parse_recipe(HEAD + top + "\n" + cohort + "\n".join(parts))


def rule(metric: str, **limits: object) -> str:
    said = "\n".join(f"{k} = {str(v).lower()}" for k, v in limits.items())
    return f'[[rule]]\nmetric = "{metric}"\n{said}\n'


def stratum(metric: str, median: float, spread: float, *, patients: int = 50, **match: str) -> str:
    keys = ", ".join(f'{k} = "{v}"' for k, v in {"modality": "CT", **match}.items())
    return (
        f'[[stratum]]\nmetric = "{metric}"\nmatch = {{ {keys} }}\n'
        f"median = {median}\nspread = {spread}\npatients = {patients}\n"
    )


def case(
    name: str,
    *,
    noise: float | None = 10.0,
    metal: float | None = 0.0,
    modality: str = "CT",
    patient: str | None = None,
    **facts: object,
) -> StoredCase:
    own = {"age": 50, "sex": "F", "site": "A", "model": "M1", "kernel": "SOFT"} | facts
    values = {"ct_noise": noise, "ct_metal": metal} if modality == "CT" else {}
    return StoredCase(
        case=name,
        facts=CaseFacts(modality, patient=patient or name, study=name, series=name, **own),
        measured={k: Measured(v, 10) for k, v in values.items() if v is not None},
        versions=dict.fromkeys(values, "1"),
    )


def cohort(n: int = 120, *, seed: int = 0, noisy_site: str | None = None) -> list[StoredCase]:
    """Return n patients of three sites, alike but for the noise that one site may have."""
    random = np.random.default_rng(seed)
    found = []
    for i in range(n):
        site = "ABC"[i % 3]
        noise = float(10 * np.exp(random.normal(0, 0.2))) * (4.0 if site == noisy_site else 1.0)
        found.append(
            case(
                f"{i:04d}",
                noise=noise,
                site=site,
                model=f"M{random.integers(2)}",
                sex="FM"[random.integers(2)],
                age=int(random.integers(20, 90)),
            )
        )
    return found
