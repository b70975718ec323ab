"""Made CT cases as the hospitals hold them: most sound, a few with a fault of their own."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from renkei.demo.identity import around, identity_header
from renkei.demo.persons import FIRST, SECOND, Person, person
from renkei.imaging.followup import Sway, deepest_place, swayed, with_lesion, with_noise
from renkei.imaging.labels import LabelSet, Segment, pack
from renkei.imaging.made import made_ct, write_ct_series
from renkei.imaging.volume import Volume

FIRST_MADE = 11
# Every second slice: 6 mm apart, half the files, the same anatomy.
STEP = 2
NOISY, GRAINY, UNWANTED, NARROW, REPORTED, DENIED = range(FIRST_MADE, FIRST_MADE + 6)
NOISE = {NOISY: 9.0, GRAINY: 2.6}
# Voxels of the field of view that are cut off on each side of a scan.
CUT = 26
# A patient of the first hospital who was scanned in the second, too, under another number.
TWICE = FIRST_MADE + 9
TWICE_NOISE = 1.1
# A patient of the second hospital who comes again: one lesion has grown from the first of these
# radii in mm to the second, and the body lies otherwise.
FOLLOWED = FIRST_MADE + 4
GREW_MM = (10.0, 15.0)
LAY = Sway((7.0, -5.0, 9.0), turn=3.0, wave=2.0)
FOLLOWED_NOISE_HU = 12.0


@dataclass(frozen=True, slots=True)
class Case:
    """One made case to write: where, whose, with how much noise.

    What a PACS has `exported` to files carries more than what a scanner sends it.
    """

    folder: Path
    person: Person
    noise: float
    exported: bool


def seed_of(patient: Person) -> int:
    """Return the seed of a made case: another one per hospital and number."""
    return int(patient.hospital.code) * 1000 + patient.number


def thinned(volume: Volume, labels: LabelSet) -> tuple[Volume, LabelSet]:
    """Keep every second slice of a case and of its labels."""
    place = volume.geometry
    depth = len(range(0, place.shape[0], STEP))
    there = replace(
        place,
        shape=(depth, *place.shape[1:]),
        spacing=(place.spacing[0] * STEP, *place.spacing[1:]),
    )
    segments = tuple(
        Segment(s.number, s.name, s.code, s.mask[::STEP].copy()) for s in labels.segments
    )
    voxels = np.ascontiguousarray(volume.voxels[::STEP])
    return (
        replace(volume, voxels=voxels, geometry=there),
        LabelSet(there, segments, labels.vocabulary),
    )


def narrowed(volume: Volume, labels: LabelSet) -> tuple[Volume, LabelSet]:
    """Cut the field of view of a case on each side, through the body."""
    place = volume.geometry
    depth, height, width = place.shape
    there = replace(
        place,
        shape=(depth, height - 2 * CUT, width - 2 * CUT),
        origin=place.point(0, CUT, CUT),
    )
    inside = (slice(None), slice(CUT, -CUT), slice(CUT, -CUT))
    segments = tuple(
        Segment(s.number, s.name, s.code, s.mask[inside].copy()) for s in labels.segments
    )
    voxels = np.ascontiguousarray(volume.voxels[inside])
    return (
        replace(volume, voxels=voxels, geometry=there),
        LabelSet(there, segments, labels.vocabulary),
    )


def made_case(patient: Person, noise: float = 1.0) -> tuple[Volume, LabelSet]:
    """Return the made CT of a patient and its reference labels."""
    if is_followed(patient):
        return thinned(*_followed(patient))
    twice = patient.hospital == SECOND and patient.number == TWICE
    seed = seed_of(person(FIRST, TWICE) if twice else patient)
    case = thinned(*made_ct(seed, noise=TWICE_NOISE if twice else noise))
    narrow = patient.hospital == FIRST and patient.number == NARROW
    return narrowed(*case) if narrow else case


def is_followed(patient: Person) -> bool:
    """Say whether a patient is scanned a second time."""
    return patient.hospital == SECOND and patient.number == FOLLOWED


def _followed(patient: Person) -> tuple[Volume, LabelSet]:
    """Return the first or the second scan of the patient who is followed, with noise of its own."""
    again = patient != person(patient.hospital, patient.number)
    image, labels = made_ct(seed_of(patient), noise=0.0)
    centre = deepest_place(labels, "liver")
    if again:
        image, labels = swayed(image, labels, LAY)
        centre = LAY.later(centre)
    image, labels = with_lesion(image, labels, centre, GREW_MM[again])
    return with_noise(image, FOLLOWED_NOISE_HU, seed_of(patient) + again), labels


def write_made(case: Case) -> int:
    """Write one made case as the hospital's PACS would export it; return the number of files.

    Beside the hospital's folder stands what is really in the case: the readers draw after it.
    """
    volume, labels = made_case(case.person, case.noise)
    answer = answer_file(case.folder.parents[2], case.person)
    answer.parent.mkdir(parents=True, exist_ok=True)
    answer.write_bytes(pack(labels))
    files = write_ct_series(volume, identity_header(case.person))
    case.folder.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(files, 1):
        name = f"{case.person.patient_id}_{number:03d}.dcm"
        (case.folder / name).write_bytes(around(data, case.person) if case.exported else data)
    return len(files)


def answer_file(hospital: Path, patient: Person) -> Path:
    """Return where the reference labels of a patient's case stand, by number and day."""
    return hospital / "answers" / f"{patient.number:03d}-{patient.study:%Y%m%d}.labels"
