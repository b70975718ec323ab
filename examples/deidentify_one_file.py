"""De-identify one DICOM file with a new key, and show what was done to how many elements.

python examples/deidentify_one_file.py [FILE]
"""

import sys
from pathlib import Path

from renkei.deid import PseudonymKey, State, deidentify, load_profile

SAMPLES = Path(__file__).parents[1] / "samples"


def main(file: Path) -> None:
    """Print the state, the pseudonym and the counts; a held file has reasons and no bytes."""
    # A hospital keeps its key: a new key gives every patient a new pseudonym.
    result = deidentify(file.read_bytes(), load_profile("basic"), PseudonymKey.new())
    print(result.state, result.subject, list(result.reasons))
    print(dict(result.counts))
    if result.state is State.CLEAN and result.data is not None:
        print(f"{len(result.data)} clean bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLES / "mr_dicom" / "brain_010.dcm")
