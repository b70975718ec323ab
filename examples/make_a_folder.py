"""Make a small dataset folder of made CTs with labels: input for split, audit, card and training.

python examples/make_a_folder.py FOLDER [PATIENTS]
"""

import json
import sys
from pathlib import Path

from renkei.imaging.labels import pack
from renkei.imaging.made import made_ct
from renkei.imaging.nifti import write_nifti


def main(folder: Path, patients: int) -> None:
    """Write an image and labels per patient, and the index cases.jsonl."""
    folder.mkdir(parents=True)
    rows = []
    for seed in range(1, patients + 1):
        volume, labels = made_ct(seed)
        name = f"{seed:03}"
        write_nifti(volume, folder / f"{name}.nii.gz")
        (folder / f"{name}.rlab").write_bytes(pack(labels))
        classes = [segment.name for segment in labels.segments]
        # Made cases say so; they are never counted as persons.
        facts = {"modality": "CT", "made": True, "label_classes": classes}
        rows.append(
            {
                "case": f"case-{name}",
                "subject": f"sub-{name}",
                "image": f"{name}.nii.gz",
                "labels": f"{name}.rlab",
                "facts": facts,
            }
        )
    index = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "cases.jsonl").write_text(index, "utf-8")
    print(f"{patients} made cases in {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 10)
