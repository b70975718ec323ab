"""SUV: PET activity as a standard uptake value by body weight."""

from dataclasses import replace

import numpy as np

from renkei.imaging.suv import PetFacts
from renkei.preprocess import verdicts
from renkei.preprocess.held import Scan
from renkei.preprocess.step import Done, Params, Step, StepRefusedError

WHY_NOT = {
    "no_pet_facts": "The scan does not say what a PET series says: give the DICOM series.",
    "units_unknown": "The unit is none that a standard uptake value is known for.",
    "suv_not_by_weight": "The values are an uptake by another measure than body weight.",
    "not_corrected": "The scan is not corrected for attenuation and decay.",
    "not_decay_corrected": "The values are not corrected for decay to one moment.",
    "several_tracers": "More than one tracer was given, and nothing says which is seen.",
    "no_weight": "The patient's weight is missing or not plausible.",
    "no_dose": "The injected dose is missing or not plausible: it is given in Bq.",
    "no_half_life": "The half-life is missing or not plausible.",
    "scan_start_unclear": "The start of the scan is not known: slices are older than the series.",
    "injection_unclear": "The time of injection is missing, after the scan, or too long before it.",
    "no_factor": "The scanner counts, and its factor to activity is missing or differs by slice.",
}


def suv(scan: Scan, _params: Params) -> Done:
    """Return a PET in SUVbw (g/ml).

    SUVbw = Bq/ml x weight kg x 1000 / (dose Bq x 2^(-wait / half-life)). Philips' counts take the
    scanner's own factor; a scan that is in SUVbw already stays as it is.

    Raises:
        StepRefusedError: A tag that the value needs is missing, unclear or not plausible.
    """
    pet = scan.image.facts.pet
    code = "no_pet_facts" if pet is None else verdicts.uptake(pet)
    if pet is None or code is not None:
        raise StepRefusedError(WHY_NOT[str(code)], code=code)
    factor = _factor(pet)
    values = scan.image.voxels.astype(np.float32) * np.float32(factor)
    facts = replace(scan.image.facts, unit="SUVbw", pet=replace(pet, units="GML", suv_type="BW"))
    wait = {} if pet.wait_s is None else {"wait_s": round(pet.wait_s, 1)}
    image = replace(scan.image, voxels=values, facts=facts)
    measures = {"factor": factor, "suv_max": round(float(values.max()), 4), **wait}
    return Done((replace(scan, image=image),), measures)


def _factor(pet: PetFacts) -> float:
    """Return what one stored unit is in SUVbw; the verdict has found what it needs."""
    if pet.units == "GML":
        return 1.0
    if pet.units == "CNTS" and pet.suv_factor:
        return pet.suv_factor
    weight, dose, half_life = (float(v or 0) for v in (pet.weight_kg, pet.dose_bq, pet.half_life_s))
    wait = 0.0 if pet.decay_correction == "ADMIN" else float(pet.wait_s or 0)
    bq = float(pet.activity_factor or 0) if pet.units == "CNTS" else 1.0
    return bq * weight * 1000 / (dose * 2 ** (-wait / half_life))


STEP = Step("suv", params={}, run=suv)
