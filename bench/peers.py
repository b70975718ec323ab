"""Run one other tool over a folder, with its own defaults; prints CPU ms per file as JSON.

Started by `bench.deid` with the Python of `.venv-peers`; imports nothing of Renkei.
"""

import json
import logging
import statistics
import sys
import time
import warnings
from importlib.metadata import version
from pathlib import Path


def dicognito():
    import pydicom
    from dicognito.anonymizer import Anonymizer

    anonymizer = Anonymizer()

    def one(source, target):
        with pydicom.dcmread(source) as dataset:
            anonymizer.anonymize(dataset)
            dataset.save_as(target)

    return one


def dicom_anonymizer():
    from dicomanonymizer import anonymize_dicom_file

    return lambda source, target: anonymize_dicom_file(str(source), str(target))


def deid():
    from deid.dicom import replace_identifiers

    def one(source, target):
        replace_identifiers(
            dicom_files=[str(source)], output_folder=str(target.parent), overwrite=True
        )

    return one


TOOLS = {"dicognito": dicognito, "dicom-anonymizer": dicom_anonymizer, "deid": deid}


def main():
    name, source, out, rounds = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    one = TOOLS[name]()
    files = sorted(source.iterdir())
    one(files[0], out / files[0].name)
    taken = []
    for _ in range(rounds):
        for path in files:
            started = time.process_time()
            one(path, out / path.name)
            taken.append(time.process_time() - started)
    told = {"tool": name, "version": version(name), "cpu_ms": statistics.median(taken) * 1e3}
    print("\n" + json.dumps(told))


if __name__ == "__main__":
    main()
