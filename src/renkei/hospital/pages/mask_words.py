"""The words of the pages of masks, and the reasons that pictures are held or noted by."""

from collections.abc import Mapping

MASK_WORDS: Mapping[str, Mapping[str, str]] = {
    "ja": {
        "masks": "画像内の文字",
        "why_masks": (
            "画像に文字が写っている可能性のあるシリーズです。元の画像はこのパソコンから出ません。"
        ),
        "series_one": "シリーズ",
        "modality": "モダリティ",
        "boxes": "枠の数",
        "box": "枠",
        "mask_open": "未確認",
        "mask_covered": "枠を塗りつぶす",
        "mask_no_text": "文字なし",
        "masks_next": (
            "確認後に renkei hospital add をもう一度実行すると、塗りつぶされて送信待ちになります。"
        ),
        "no_masks": "確認する画像はありません。",
        "how_masks": (
            "各画像は全フレームを重ねたものと抜き出したものです。"
            "枠の中は全フレームで黒く塗りつぶされます。"
            "枠がすべての文字を覆っているか確認してください。"
            "座標は左上を 0 とする画素です。"
        ),
        "picture": "画像",
        "box_left": "左",
        "box_top": "上",
        "box_right": "右",
        "box_bottom": "下",
        "seems_to_say": "読み取った文字",
        "remove_box": "枠を外す",
        "new_box": "枠を追加",
        "show_boxes": "枠を保存して表示",
        "cover_boxes": "署名:枠を塗りつぶす",
        "no_text_shown": "署名:文字は写っていない",
        "no_such_mask": "このシリーズはありません。一覧に戻ってください。",
        "series_changed": "このシリーズにファイルが追加されました。もう一度確認してください。",
        "bad_box": "枠は4つの整数で入力してください。",
        "no_box": "枠がありません。枠を追加するか「文字は写っていない」を選んでください。",
    },
    "en": {
        "masks": "Text in pictures",
        "why_masks": (
            "Pictures of these series may show text. The originals never leave this computer."
        ),
        "series_one": "Series",
        "modality": "Modality",
        "boxes": "Boxes",
        "box": "Box",
        "mask_open": "not reviewed",
        "mask_covered": "boxes are covered",
        "mask_no_text": "no text",
        "masks_next": (
            "Then run renkei hospital add again: the pictures are covered and wait to be sent."
        ),
        "no_masks": "There is no picture to review.",
        "how_masks": (
            "Each picture is all frames laid over each other, or one of them. What lies in "
            "a box becomes black in every frame. Check that the boxes cover every text. "
            "Numbers are pixels from the upper left corner."
        ),
        "picture": "Picture",
        "box_left": "Left",
        "box_top": "Top",
        "box_right": "Right",
        "box_bottom": "Bottom",
        "seems_to_say": "Seems to say",
        "remove_box": "Remove box",
        "new_box": "New box",
        "show_boxes": "Keep boxes and show them",
        "cover_boxes": "Sign: cover the boxes",
        "no_text_shown": "Sign: no text is shown",
        "no_such_mask": "There is no such series; go back to the list.",
        "series_changed": "Files came to this series; look at it again.",
        "bad_box": "A box is four whole numbers; correct it.",
        "no_box": "There is no box; add one, or say that no text is shown.",
    },
}
MASK_REASONS: Mapping[str, Mapping[str, str]] = {
    "ja": {
        "may_show_text_angiography": "画像内に文字が写っている可能性があります",
        "may_show_text_radiograph": "画像内に文字が写っている可能性があります",
        "may_show_text_flagged": "画像内に文字が写っている可能性があります",
        "may_show_text_image_type": "画像内に文字が写っている可能性があります",
        "may_show_text_colour": "画像内に文字が写っている可能性があります",
        "cover_not_possible": "この画像は塗りつぶせません",
        "cover_other_size": "枠は大きさの異なる画像のものです",
        "cover_syntax": "この圧縮形式では塗りつぶした画像を書けません",
        "cover_not_lossless": "塗りつぶすと他の部分も変わってしまいます",
        "face_not_covered": "顔の位置を決められず、削除できません",
        "face_visible": "顔が復元できる可能性があります",
        "text_covered": "画像内の文字を塗りつぶしました",
        "face_covered": "顔を削除しました(リスクは下がりますが、なくなりません)",
    },
    "en": {
        "may_show_text_angiography": "the picture may show text",
        "may_show_text_radiograph": "the picture may show text",
        "may_show_text_flagged": "the picture may show text",
        "may_show_text_image_type": "the picture may show text",
        "may_show_text_colour": "the picture may show text",
        "cover_not_possible": "this picture cannot be covered",
        "cover_other_size": "the boxes are for pictures of another size",
        "cover_syntax": "this compression cannot be written again",
        "cover_not_lossless": "covering would change the rest of the picture",
        "face_not_covered": "the face could not be placed, so it was not removed",
        "face_visible": "a face can be drawn from it",
        "text_covered": "text in the picture was covered",
        "face_covered": "the face was removed (this lowers the risk and does not end it)",
    },
}
