"""Registration with known truth: error, verdict and CPU, beside elastix, ANTs and SimpleITK.

`run(starts=100)` moves a CT and the MR of the pair by up to 20° and 40 mm each and adds pairs that
must never be accepted: 300 starts in all, about half an hour of one core. `RENKEI_STARTS` makes it
shorter.
"""

import importlib.util
import os
import tempfile
import time
from contextlib import chdir
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from bench.measure import Row, import_peers
from renkei.imaging.made import made_ct
from renkei.imaging.nifti import to_sitk
from renkei.imaging.volume import read_series
from renkei.preprocess import verdicts
from renkei.preprocess.deform import deform
from renkei.preprocess.register import align_rigid, apart, body_points, isotropic
from renkei.preprocess.step import Finding

ROOT = Path(__file__).parents[1]
PAIR = ROOT / "samples" / "pair_ct_mr"
STARTS = 100
PEER_STARTS = 5
MOST_TURN, MOST_SHIFT = 20.0, 40.0
WRONG_MM = 5.0
# As the plans have it: two CTs, and CT with MR.
LEAST_NMI = {"ct": 1.25, "mr": 1.2}
CLIP_HU = (-1000.0, 500.0)
WARP_MM, WARP_SIDE = 8.0, 60.0


@dataclass
class Tally:
    """What came of one method's starts."""

    starts: list = field(default_factory=list)
    errors: list = field(default_factory=list)
    cpu: list = field(default_factory=list)
    refused: int = 0
    review: int = 0
    wrong: int = 0

    def add(self, start, error, cpu, finding):
        self.starts.append(start)
        self.cpu.append(cpu)
        if finding is Finding.REFUSE:
            self.refused += 1
            return
        self.review += finding is Finding.REVIEW
        self.errors.append(error)
        self.wrong += error > WRONG_MM


def run(starts=None):
    import_peers()
    starts = starts or int(os.environ.get("RENKEI_STARTS", STARTS))
    ct = sitk.ReadImage(str(PAIR / "ct_example.nii.gz"))
    mr = sitk.ReadImage(str(PAIR / "mri_t1_example.nii.gz"))
    body = sitk.ReadImage(str(ROOT / "samples" / "ct_nifti" / "example_ct.nii.gz"))
    truth = align_rigid(ct, mr, same_frame=False).transform
    yield from _rigid_rows("CT moved on CT", "ct", body, body, sitk.Euler3DTransform(), starts)
    yield from _rigid_rows("MR moved on CT", "mr", ct, mr, truth, starts)
    yield from _others(ct, mr, body, starts)
    yield from _deformable(body)


def _rigid_rows(case, stratum, fixed, moving, truth, starts):
    ours = _starts(partial(_ours, least=LEAST_NMI[stratum]), fixed, moving, truth, starts)
    print(_told(case, "renkei", ours), flush=True)
    yield Row("register", f"{case}: wrong but accepted", ours.wrong, "", None, "pairs", goal=0)
    for name, peer in _peers().items():
        theirs = _starts(peer, fixed, moving, truth, min(PEER_STARTS, starts))
        print(_told(case, name, theirs), flush=True)
        yield Row("register", f"{case}: CPU", _mean(ours.cpu), name, _mean(theirs.cpu), "s/pair", 1)
        error = _mean(theirs.errors)
        yield Row("register", f"{case}: target error", _mean(ours.errors), name, error, "mm")


def _others(ct, mr, body, starts):
    """Pairs of other patients or parts of the body: none may be accepted."""
    head = to_sitk(read_series(sorted((ROOT / "samples" / "mr_dicom").glob("*.dcm"))))
    made = to_sitk(made_ct(5)[0])
    pairs = (
        (ct, head, LEAST_NMI["mr"]),
        (mr, head, LEAST_NMI["mr"]),
        (ct, body, LEAST_NMI["ct"]),
        (body, made, LEAST_NMI["ct"]),
        (made, to_sitk(made_ct(6)[0]), LEAST_NMI["ct"]),
    )
    random, tally = np.random.default_rng(3), Tally()
    for number in range(starts):
        fixed, moving, least = pairs[number % len(pairs)]
        other = move(moving, _pose(moving, random))
        started = time.process_time()
        # From the centres, or most would be refused for lying apart alone.
        _, finding = _ours(fixed, other, least=least, same_frame=False)
        tally.add(0.0, float("inf"), time.process_time() - started, finding)
    print(_told("other patients", "renkei", tally), flush=True)
    yield Row("register", "other patients accepted", tally.wrong, "", None, "pairs", goal=0)


def _starts(method, fixed, moving, truth, starts):
    random, tally = np.random.default_rng(0), Tally()
    points = body_points(isotropic(fixed, 4.0))
    for _ in range(starts):
        pose = _pose(moving, random)
        other = move(moving, pose)
        whole = sitk.CompositeTransform([pose, truth])
        started = time.process_time()
        found, finding = method(fixed, other)
        cpu = time.process_time() - started
        before = apart(whole, sitk.Transform(3, sitk.sitkIdentity), points)
        error = apart(whole, found, points) if found is not None else float("inf")
        tally.add(before, error, cpu, finding)
    return tally


def _ours(fixed, moving, *, least, same_frame=True):
    found = align_rigid(fixed, moving, same_frame=same_frame, least_nmi=least)
    return found.transform, verdicts.alignment(found.measures, least_nmi=least)[0]


def _simpleitk(fixed, moving):
    """Mutual information from the centres, three levels, as SimpleITK's own notebooks do it."""
    method = sitk.ImageRegistrationMethod()
    method.SetNumberOfThreads(1)
    method.SetMetricAsMattesMutualInformation(50)
    method.SetMetricSamplingStrategy(method.RANDOM)
    method.SetMetricSamplingPercentage(0.01, 1)
    method.SetInterpolator(sitk.sitkLinear)
    method.SetOptimizerAsGradientDescent(1.0, 100, 1e-6, 10)
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetShrinkFactorsPerLevel([4, 2, 1])
    method.SetSmoothingSigmasPerLevel([2, 1, 0])
    method.SmoothingSigmasAreSpecifiedInPhysicalUnitsOn()
    fixed, moving = (sitk.Cast(image, sitk.sitkFloat32) for image in (fixed, moving))
    start = sitk.CenteredTransformInitializer(fixed, moving, sitk.Euler3DTransform())
    method.SetInitialTransform(start, inPlace=False)
    return method.Execute(fixed, moving), Finding.ACCEPT


def _elastix(fixed, moving):
    """elastix with its own default parameters for rigid."""
    import itk

    said = itk.ParameterObject.New()
    said.AddParameterMap(said.GetDefaultParameterMap("rigid"))
    images = [_to_itk(image) for image in (fixed, moving)]
    try:
        _, found = itk.elastix_registration_method(
            *images, parameter_object=said, number_of_threads=1
        )
    except RuntimeError:  # too many samples outside: elastix answers by an exception
        return None, Finding.REFUSE
    numbers = found.GetParameterMap(0)
    euler = sitk.Euler3DTransform()
    euler.SetCenter([float(v) for v in numbers["CenterOfRotationPoint"]])
    euler.SetParameters([float(v) for v in numbers["TransformParameters"]])
    return euler, Finding.ACCEPT


def _ants(fixed, moving):
    """ANTs, rigid, from the centres of mass."""
    import ants

    one, two = (ants.from_sitk(sitk.Cast(image, sitk.sitkFloat32)) for image in (fixed, moving))
    found = ants.registration(one, two, type_of_transform="Rigid", random_seed=1)
    return sitk.ReadTransform(found["fwdtransforms"][0]), Finding.ACCEPT


def _peers():
    peers = {"SimpleITK": _simpleitk}
    if importlib.util.find_spec("itk"):
        import itk

        itk.elastix_registration_method  # noqa: B018  loads the library, outside the clock
        peers["elastix"] = _elastix
    if importlib.util.find_spec("ants"):
        import ants  # noqa: F401

        peers["ANTs"] = _ants
    return peers


def _to_itk(image):
    import itk

    out = itk.image_from_array(sitk.GetArrayFromImage(image).astype(np.float32))
    out.SetOrigin(image.GetOrigin())
    out.SetSpacing(image.GetSpacing())
    out.SetDirection(itk.matrix_from_array(np.array(image.GetDirection()).reshape(3, 3)))
    return out


def _pose(image, random):
    axis, way = random.normal(size=3), random.normal(size=3)
    pose = sitk.VersorRigid3DTransform()
    middle = [(n - 1) / 2 for n in image.GetSize()]
    pose.SetCenter(image.TransformContinuousIndexToPhysicalPoint(middle))
    pose.SetRotation(axis.tolist(), float(np.deg2rad(random.uniform(0, MOST_TURN))))
    pose.SetTranslation((way / np.linalg.norm(way) * random.uniform(0, MOST_SHIFT)).tolist())
    return pose


def move(image, pose):
    """Move an image in its header alone: no voxel changes, so the truth is exact."""
    out = sitk.Image(image)
    turn = np.array(pose.GetMatrix()).reshape(3, 3)
    out.SetOrigin(pose.TransformPoint(image.GetOrigin()))
    out.SetDirection((turn @ np.array(image.GetDirection()).reshape(3, 3)).ravel().tolist())
    return out


def _deformable(body):
    """A CT warped by a known field with noise: target error, Dice of the bones, CPU."""
    moving = sitk.Cast(body, sitk.sitkFloat32)
    warp = known_warp(moving)
    noise = np.random.default_rng(1).normal(0, 15, sitk.GetArrayFromImage(moving).shape)
    fixed = sitk.Resample(moving, moving, warp, sitk.sitkLinear, -1024)
    grain = sitk.GetImageFromArray(noise.astype(np.float32))
    grain.CopyInformation(fixed)
    fixed += grain
    points = body_points(isotropic(fixed, 4.0))
    start = sitk.Euler3DTransform()
    print(f"deformable: start {apart(warp, start, points):.2f} mm", flush=True)
    ways = {
        "B-spline": lambda: deform(fixed, moving, start, window=CLIP_HU).transform,
        "B-spline + demons": lambda: (
            deform(fixed, moving, start, window=CLIP_HU, refine=True).transform
        ),
        "demons alone": lambda: _demons(fixed, moving),
    }
    if importlib.util.find_spec("itk"):
        ways["elastix B-spline"] = lambda: _elastix_spline(fixed, moving)
    if importlib.util.find_spec("ants"):
        ways["ANTs SyN quick"] = lambda: _ants_quick(fixed, moving)
    ours = None
    for name, way in ways.items():
        started = time.process_time()
        found = way()
        cpu = time.process_time() - started
        error, dice = apart(warp, found, points), _dice(moving, warp, found)
        print(f"deformable: {name}: {error:.2f} mm, Dice {dice:.3f}, {cpu:.1f} s", flush=True)
        ours = ours or (error, cpu)
        yield Row("register", "warped CT: target error", ours[0], name, error, "mm")
        yield Row("register", "warped CT: CPU (ours there and back)", ours[1], name, cpu, "s")


def known_warp(image):
    """Return a smooth warp by a known B-spline, coarser than the one that is fitted."""
    sides = zip(image.GetSize(), image.GetSpacing(), strict=True)
    cells = [max(2, int(n * s / WARP_SIDE)) for n, s in sides]
    warp = sitk.BSplineTransformInitializer(image, cells, 3)
    count = len(warp.GetParameters())
    warp.SetParameters(np.random.default_rng(3).normal(0, WARP_MM, count).tolist())
    return warp


def _demons(fixed, moving):
    transform = sitk.Transform(3, sitk.sitkIdentity)
    for spacing, rounds in ((8.0, 50), (4.0, 60), (3.0, 25)):
        small, other = (
            isotropic(sitk.Clamp(i, sitk.sitkFloat32, *CLIP_HU), spacing) for i in (fixed, moving)
        )
        moved = sitk.Resample(other, small, transform, sitk.sitkLinear, -1000)
        demons = sitk.FastSymmetricForcesDemonsRegistrationFilter()
        demons.SetNumberOfIterations(rounds)
        demons.SetStandardDeviations(1.5)
        field = sitk.Cast(demons.Execute(small, moved), sitk.sitkVectorFloat64)
        transform = sitk.CompositeTransform([transform, sitk.DisplacementFieldTransform(field)])
    return transform


def _elastix_spline(fixed, moving):
    """elastix's B-spline of 20 mm with one metric: its stock map crashes on several threads."""
    import itk

    said = itk.ParameterObject.New()
    chosen = said.GetDefaultParameterMap("bspline", 3, 20.0)
    chosen["Registration"] = ["MultiResolutionRegistration"]
    chosen["Metric"] = ["AdvancedMattesMutualInformation"]
    for name in ("Metric0Weight", "Metric1Weight"):
        if name in chosen:
            del chosen[name]
    chosen["MaximumNumberOfIterations"] = ["200"]
    said.AddParameterMap(chosen)
    images = [_to_itk(sitk.Clamp(i, sitk.sitkFloat32, *CLIP_HU)) for i in (fixed, moving)]
    _, found = itk.elastix_registration_method(*images, parameter_object=said, number_of_threads=1)
    # It leaves a file of the field where it runs.
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        field = itk.transformix_deformation_field(images[1], found)
    vectors = sitk.GetImageFromArray(itk.array_from_image(field).astype(float), isVector=True)
    vectors.CopyInformation(fixed)
    return sitk.DisplacementFieldTransform(vectors)


def _ants_quick(fixed, moving):
    import ants

    one, two = (ants.from_sitk(sitk.Clamp(i, sitk.sitkFloat32, *CLIP_HU)) for i in (fixed, moving))
    found = ants.registration(one, two, type_of_transform="antsRegistrationSyNQuick[so]")
    field = sitk.Cast(sitk.ReadImage(found["fwdtransforms"][0]), sitk.sitkVectorFloat64)
    return sitk.DisplacementFieldTransform(field)


def _dice(image, truth, found):
    """Return how the bones (over 200 HU) overlap where truth and result put them."""
    bone = sitk.Cast(image > 200, sitk.sitkFloat32)
    one, two = (
        sitk.GetArrayFromImage(sitk.Resample(bone, bone, by, sitk.sitkLinear, 0.0)) >= 0.5
        for by in (truth, found)
    )
    return 2 * float((one & two).sum()) / float(one.sum() + two.sum())


def _mean(values):
    return float(np.mean(values)) if values else float("nan")


def _told(case, name, tally):
    errors = tally.errors or [float("nan")]
    good = sum(error <= WRONG_MM for error in tally.errors)
    return (
        f"{case}: {name}: {len(tally.starts)} starts of {_mean(tally.starts):.1f} mm, {good} good, "
        f"{tally.refused} refused, {tally.review} for review, {tally.wrong} wrong but accepted; "
        f"error mean {np.mean(errors):.2f} median {np.median(errors):.2f} "
        f"worst {np.max(errors):.2f} mm; {_mean(tally.cpu):.2f} CPU-s"
    )
