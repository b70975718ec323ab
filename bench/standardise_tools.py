"""One scan made standard by one tool, from file to file; prints CPU, memory and version as JSON.

Started by `bench.standardise`: Renkei with the Python of `.venv`, its peers with that of
`.venv-peers-ml`. Each reads `image.nii.gz` and its labels, turns the axes, resamples both, clips
(CT) or scales (MR) the values, and writes what its users get. One thread.
"""

import importlib.metadata
import json
import logging
import os
import re
import shutil
import sys
import warnings
from pathlib import Path

import numpy as np

LOW, HIGH = -1000.0, 1000.0
MADE = ("smooth", "noisy")
LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
PLAN = """
schema = "renkei.plan/1"
name = "standard"
version = "1"
results = ["done"]
[inputs.scan]
modality = "{modality}"
[[step]]
name = "orient"
input = "scan"
output = "turned"
[[step]]
name = "resample"
params = {{spacing = [{mm}, {mm}, {mm}]}}
input = "turned"
output = "even"
[[step]]
name = "{last}"
input = "even"
output = "done"
"""


def renkei(folder, out, modality, mm):
    from renkei.imaging.labels import to_label_map, unpack
    from renkei.imaging.nifti import read_nifti
    from renkei.preprocess.case import Given, read_inputs
    from renkei.preprocess.plan import parse_plan
    from renkei.preprocess.run import run_plan

    last = "window" if modality == "CT" else "intensity"
    plan = parse_plan(PLAN.format(modality=modality, last=last, mm=float(mm)))

    def work():
        labels = (folder / "labels.rklb").read_bytes()
        given = Given([folder / "image.nii.gz"], ["0" * 64], labels)
        held = read_inputs(plan, {"scan": [given]}, out)
        (made,) = run_plan(plan, held, sources={"scan": given.sources}).made
        (out / "image.nii.gz").write_bytes(made.data)
        (out / "labels.rklb").write_bytes(made.labels)

    def result():
        image = read_nifti(out / "image.nii.gz")
        flat = to_label_map(unpack((out / "labels.rklb").read_bytes()))
        return image.voxels.T, flat.T, LPS_TO_RAS @ image.geometry.affine

    return work, result


def simpleitk(folder, out, modality, mm):
    import SimpleITK as sitk

    def work():
        found = [sitk.ReadImage(folder / f"{n}.nii.gz") for n in ("image", "labels")]
        image, labels = (sitk.DICOMOrient(one, "LPS") for one in found)
        image = sitk.Cast(image, sitk.sitkFloat32)
        sides = zip(image.GetSize(), image.GetSpacing(), strict=True)
        size = [round(n * old / mm) for n, old in sides]
        grid = (size, sitk.Transform(), sitk.sitkLinear, image.GetOrigin(), [mm] * 3)
        even = sitk.Resample(image, *grid, image.GetDirection(), float(LOW - 24))
        labels = sitk.Resample(labels, even, sitk.Transform(), sitk.sitkNearestNeighbor)
        even = sitk.Clamp(even, sitk.sitkFloat32, LOW, HIGH) if modality == "CT" else scaled(even)
        sitk.WriteImage(even, out / "image.nii.gz")
        sitk.WriteImage(labels, out / "labels.nii.gz")

    def scaled(even):
        facts = sitk.LabelIntensityStatisticsImageFilter()
        facts.Execute(sitk.OtsuThreshold(even, 0, 1), even)
        return (even - facts.GetMean(1)) / facts.GetStandardDeviation(1)

    return work, lambda: _nifti(sitk, out)


def _nifti(sitk, out):
    image, labels = (sitk.ReadImage(out / f"{n}.nii.gz") for n in ("image", "labels"))
    affine = np.eye(4)
    affine[:3, :3] = np.array(image.GetDirection()).reshape(3, 3) * image.GetSpacing()
    affine[:3, 3] = image.GetOrigin()
    values, flat = (sitk.GetArrayFromImage(one).T for one in (image, labels))
    return values, flat, LPS_TO_RAS @ affine


def torchio(folder, out, modality, mm):
    import SimpleITK as sitk
    import torchio as tio

    def bright(voxels):
        return voxels > voxels.float().mean()

    last = tio.Clamp(LOW, HIGH) if modality == "CT" else tio.ZNormalization(bright)
    todo = tio.Compose([tio.ToCanonical(), tio.Resample(mm), last])

    def work():
        image, labels = folder / "image.nii.gz", folder / "labels.nii.gz"
        done = todo(tio.Subject(image=tio.ScalarImage(image), labels=tio.LabelMap(labels)))
        for name in ("image", "labels"):
            done[name].save(out / f"{name}.nii.gz")

    return work, lambda: _nifti(sitk, out)


def monai(folder, out, modality, mm):
    import monai.transforms as mt
    import SimpleITK as sitk

    both = ["image", "labels"]
    save = {"output_dir": out, "output_postfix": "", "separate_folder": False, "print_log": False}
    todo = mt.Compose(
        [
            mt.LoadImaged(both, image_only=True),
            mt.EnsureChannelFirstd(both),
            mt.Orientationd(both, "RAS", labels=None),
            mt.Spacingd(both, (mm, mm, mm), mode=("bilinear", "nearest")),
            mt.ScaleIntensityRanged("image", LOW, HIGH, LOW, HIGH, clip=True)
            if modality == "CT"
            else mt.NormalizeIntensityd("image", nonzero=True),
            mt.SaveImaged("image", **save),
            mt.SaveImaged("labels", output_dtype=np.uint8, **save),
        ]
    )
    given = {name: folder / f"{name}.nii.gz" for name in both}
    return lambda: todo(dict(given)), lambda: _nifti(sitk, out)


def nnunetv2(folder, out, modality, mm):
    import blosc2
    import nibabel
    from nnunetv2.preprocessing.preprocessors.default_preprocessor import DefaultPreprocessor
    from nnunetv2.utilities.plans_handling.plans_handler import PlansManager

    whole = {"mean": 0.0, "std": 1.0, "percentile_00_5": LOW, "percentile_99_5": HIGH}
    resampling = {"order_z": 0, "force_separate_z": None}  # as its planner writes them
    plan = {
        "transpose_forward": [0, 1, 2],
        "image_reader_writer": "NibabelIOWithReorient",
        "foreground_intensity_properties_per_channel": {"0": whole},
        "label_manager": "LabelManager",
        "configurations": {
            "3d_fullres": {
                "architecture": {},
                "spacing": [mm] * 3,
                "patch_size": [128] * 3,
                "normalization_schemes": [
                    "CTNormalization" if modality == "CT" else "ZScoreNormalization"
                ],
                "use_mask_for_norm": [False],
                "resampling_fn_data": "resample_data_or_seg_to_shape",
                "resampling_fn_data_kwargs": {"is_seg": False, "order": 3, **resampling},
                "resampling_fn_seg": "resample_data_or_seg_to_shape",
                "resampling_fn_seg_kwargs": {"is_seg": True, "order": 1, **resampling},
            }
        },
    }
    manager = PlansManager(plan)
    known = {"labels": {"background": 0, "one": 1, "two": 2}}
    files = [str(folder / "image.nii.gz")], str(folder / "labels.nii.gz")
    configuration = manager.get_configuration("3d_fullres")

    def work():
        tool = DefaultPreprocessor(verbose=False)
        tool.run_case_save(str(out / "case"), *files, manager, configuration, known)

    def result():
        # It keeps no place, but spreads its voxels evenly over the field of view.
        values, flat = (blosc2.open(str(out / f"case{n}.b2nd"))[0].T for n in ("", "_seg"))
        given = nibabel.as_closest_canonical(nibabel.load(files[0][0]))
        step = np.array(given.shape) / values.shape
        grid = np.diag([*step, 1.0])
        grid[:3, 3] = (step - 1) / 2
        return values, flat, given.affine @ grid

    return work, result


TOOLS = {f.__name__: f for f in (renkei, simpleitk, torchio, monai, nnunetv2)}


def _peak():
    return int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024


def main():
    name, mm, *cases = sys.argv[1:]
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    told = {"version": importlib.metadata.version(name)}
    for case in cases:  # FOLDER:MODALITY; the first warms up
        folder, modality = Path(case.split(":")[0]), case.split(":")[1]
        out = folder / name
        shutil.rmtree(out, ignore_errors=True)  # nnU-Net overwrites nothing
        out.mkdir()
        work, result = TOOLS[name](folder, out, modality, float(mm))
        before, started = _peak(), sum(os.times()[:4])
        work()
        told[folder.name] = {"cpu": sum(os.times()[:4]) - started, "mb": _peak() - before}
        if folder.name in MADE:
            values, flat, affine = result()
            np.savez(out / "found.npz", values=values, flat=flat, affine=affine)
    print("\n" + json.dumps(told))


if __name__ == "__main__":
    main()
