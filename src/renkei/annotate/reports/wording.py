"""What a draft says for a code: certainty, change, technique, recommendation, synoptic items."""

from collections.abc import Mapping

from renkei.annotate.reports.sections import Language

Table = Mapping[Language, Mapping[str, str]]
Steps = Mapping[Language, Mapping[int, str]]

SIDES: Table = {
    "ja": {"left": "左", "right": "右"},
    "en": {"left": "left", "right": "right"},
}
SURE: Steps = {
    "ja": {5: "", 4: "(疑い)", 3: "(可能性あり)", 2: "(可能性は低い)", 1: "(否定的)"},
    "en": {5: "", 4: " (probable)", 3: " (possible)", 2: " (unlikely)", 1: " (excluded)"},
}
VERDICT: Steps = {
    "ja": {
        5: "を認めます",
        4: "を疑います",
        3: "の可能性があります",
        2: "の可能性は低いと考えます",
        1: "は否定的です",
    },
    "en": {5: "", 4: "Probable ", 3: "Possible ", 2: "Unlikely ", 1: "Excluded "},
}
CHANGES: Table = {
    "ja": {
        "enlarged": "増大しています",
        "smaller": "縮小しています",
        "unchanged": "著変ありません",
    },
    "en": {"enlarged": "enlarged", "smaller": "smaller", "unchanged": "unchanged"},
}
TECHNIQUE: Table = {
    "ja": {
        "thickness_mm": "スライス厚(mm)",
        "kvp": "管電圧(kV)",
        "kernel": "再構成関数",
        "sequence": "撮像法",
        "field_t": "静磁場強度(T)",
    },
    "en": {
        "thickness_mm": "slice thickness (mm)",
        "kvp": "tube voltage (kV)",
        "kernel": "kernel",
        "sequence": "sequence",
        "field_t": "field strength (T)",
    },
}
RECOMMENDATIONS: Table = {
    "ja": {
        "none": "特記すべき推奨はありません。",
        "compare": "臨床情報および過去の検査との比較をお願いします。",
        "follow_3_months": "3か月後の経過観察の検査を推奨します。",
        "follow_6_months": "6か月後の経過観察の検査を推奨します。",
        "contrast": "造影検査による精査を推奨します。",
        "biopsy": "組織学的な確認を推奨します。",
        "soon": "主治医による速やかな評価を推奨します。",
    },
    "en": {
        "none": "None.",
        "compare": "Please compare with the clinical information and earlier examinations.",
        "follow_3_months": "A follow-up examination after three months is recommended.",
        "follow_6_months": "A follow-up examination after six months is recommended.",
        "contrast": "A contrast-enhanced examination is recommended.",
        "biopsy": "Histological confirmation is recommended.",
        "soon": "Prompt assessment by the treating physician is recommended.",
    },
}
# What outlines on one slide cannot answer, said in so many words rather than left out.
UNASSESSED: Mapping[Language, tuple[str, ...]] = {
    "ja": ("組織型", "異型度", "切除断端", "脈管侵襲"),
    "en": (
        "Histological type",
        "Histological grade",
        "Resection margin",
        "Lymphovascular invasion",
    ),
}
