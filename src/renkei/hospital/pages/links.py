"""What the page of linked numbers shows, and its words."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from renkei.hospital.crosswalk import read_crosswalk
from renkei.hospital.site import open_site


def links_of(folder: Path) -> dict[str, Any]:
    """Return how many numbers of each kind are linked, and those that are not.

    Raises:
        BadCrosswalkError: Rules or list cannot be understood.
    """
    found = read_crosswalk(open_site(folder))
    return {"linked": Counter(kind for kind, _ in found.links), "refused": found.refused}


LINK_WORDS: Mapping[str, Mapping[str, str]] = {
    "ja": {
        "links": "番号の対応",
        "why_links": (
            "crosswalk.csv の番号を crosswalk.toml の規則で患者に結び付けます。"
            "一人に定まらない番号は使いません。氏名で推測することはありません。"
        ),
        "links_refused": "結び付けられない番号",
        "links_number": "番号",
        "links_rows": "リストの行",
        "links_none_refused": "結び付けられない番号はありません。",
        "kind_pacs": "PACSの患者ID",
        "kind_ehr": "電子カルテの患者ID",
        "kind_pathology": "病理番号",
        "kind_sample": "遺伝子検体",
        "bad_crosswalk": "crosswalk.toml または crosswalk.csv を読めません。",
    },
    "en": {
        "links": "Numbers",
        "why_links": (
            "The rules in crosswalk.toml link the numbers in crosswalk.csv to patients. A number "
            "that is not one patient's is not used, and nothing is guessed by name."
        ),
        "links_refused": "Numbers not linked",
        "links_number": "Number",
        "links_rows": "Rows of the list",
        "links_none_refused": "Every number is linked.",
        "kind_pacs": "Patient ID in the PACS",
        "kind_ehr": "Patient ID in the EHR",
        "kind_pathology": "Pathology number",
        "kind_sample": "Gene sample",
        "bad_crosswalk": "crosswalk.toml or crosswalk.csv cannot be read.",
    },
}
LINK_REASONS: Mapping[str, Mapping[str, str]] = {
    "ja": {
        "ambiguous_number": "複数の患者に当てはまります",
        "number_not_understood": "番号の形式が規則に合いません",
        "wrong_check_digit": "検査数字が合いません",
    },
    "en": {
        "ambiguous_number": "it stands for more than one patient",
        "number_not_understood": "it does not have the form that the rule asks",
        "wrong_check_digit": "its check digit is wrong",
    },
}
