"""Why a slide is held, and what was unusual about a clean one, in Japanese and English."""

from collections.abc import Mapping

SLIDE_REASONS: Mapping[str, Mapping[str, str]] = {
    "ja": {
        "not_tiff": "TIFF形式のスライドではありません",
        "too_many_tags": "スライドのタグが多すぎます",
        "page_loop": "スライドのページが循環しています",
        "overlapping": "スライドの画像が他のデータと重なっています",
        "slide_format_not_covered": "対応していないスライド形式です",
        "slide_compression_not_covered": "対応していない圧縮形式のスライドです",
        "slide_tile_damaged": "スライドのタイルが壊れています",
        "slide_in_several_files": "スライドが複数のファイルに分かれています",
        "pages_of_one_image_differ": "組織の画像とラベルの画像を分けられません",
        "no_tissue_page": "組織の画像がありません",
        "slide_label": "ラベルの画像は送られません",
        "slide_overview": "スライド全体の写真(ラベルを含む)は送られません",
        "label_dropped": "ラベルと全体写真を除きました",
    },
    "en": {
        "not_tiff": "this is no slide in TIFF",
        "too_many_tags": "the slide has too many tags",
        "page_loop": "the slide's pages form a loop",
        "overlapping": "a picture of the slide lies over other data",
        "slide_format_not_covered": "slides of this format are not taken",
        "slide_compression_not_covered": "slides with this compression are not taken",
        "slide_tile_damaged": "a tile of the slide is damaged",
        "slide_in_several_files": "the slide lies in several files",
        "pages_of_one_image_differ": "tissue and label cannot be told apart",
        "no_tissue_page": "no page shows tissue",
        "slide_label": "a picture of the label never goes",
        "slide_overview": "a picture of the whole glass, label and all, never goes",
        "label_dropped": "label and overview were left out",
    },
}
