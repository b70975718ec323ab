"""The words of the set-up, of the recovery sheet, and of its refusals."""

from collections.abc import Mapping

SETUP_WORDS: Mapping[str, Mapping[str, str]] = {
    "ja": {
        "setup": "初期設定",
        "setup_why": "上から順に進めます。どの段階も、あとからやり直せます。",
        "done": "完了",
        "todo": "未完了",
        "step_site": "施設の設定",
        "step_platform": "プラットフォームへの接続",
        "step_key": "鍵の控え",
        "step_archive": "PACSとの接続",
        "step_pilot": "試験送信",
        "step_live": "本番運用への切り替え",
        "field_site": "施設番号(UUID)",
        "field_server": "プラットフォームのアドレス",
        "field_approval": "倫理審査承認番号",
        "field_agreement": "契約番号",
        "field_pacs": "PACS(AET@host:port またはDICOMwebのURL)",
        "field_ae_title": "このツールのAEタイトル",
        "field_known_aes": "送信を許すAEタイトル(空白区切り)",
        "field_period_start": "承認の対象期間:開始",
        "field_period_end": "承認の対象期間:終了",
        "field_opt_out_start": "オプトアウト公開:開始",
        "field_opt_out_end": "オプトアウト公開:終了",
        "save": "保存",
        "why_platform": "プラットフォームの「APIトークン」で作ったトークンを貼り付けます。",
        "token": "トークン",
        "connect": "接続を確認",
        "why_key": (
            "仮名鍵を失うと作り直せません。控えを印刷し、最後の行を紙から入力して、"
            "施錠できる場所に保管してください。"
        ),
        "open_sheet": "控えを表示して印刷",
        "last_line": "控えの最後の行",
        "confirm": "確認",
        "why_archive": "C-ECHO(またはQIDO-RS)で応答を確かめます。",
        "echo": "応答を確認",
        "why_pilot": (
            "本番前のバッチは少数に限られます(ファイル数の上限:{n})。取り込み、すべての文字を"
            "確認し、署名して送信してください。"
        ),
        "why_live": "署名した試験バッチが一つ届くと切り替えられます。",
        "go_live": "本番運用を始める",
        "notice": "公開用のお知らせ(オプトアウト)",
        "why_notice": (
            "病院のウェブサイトに掲載する文書です。保存し、連絡先などを記入して使います。"
        ),
        "sheet": "仮名鍵の控え",
        "sheet_why": (
            "この紙があれば誰でも仮名を患者に結び付けられます。施錠して保管し、"
            "複写や撮影をしないでください。"
        ),
        "sheet_restore": "復元:renkei hospital restore-key --site フォルダー",
        "sheet_fingerprint": "指紋",
        "sheet_keeper": "保管者・日付・保管場所",
        "bad_answer": "施設番号(UUID)、日付(YYYY-MM-DD)、必須の欄を確認してください。",
        "other_site": "この病院のトークンではありません。",
        "wrong_sheet": "控えの最後の行と一致しません。印刷して紙から入力してください。",
        "pilot_not_done": "先に、署名した試験バッチを一つ送信してください。",
        "archive_unreachable": "PACSが応答しません。アドレスを確認してください。",
        "archive_refused": "PACSが拒否しました。AEタイトルの登録を確認してください。",
        "bad_peer": "PACSのアドレスの形式が正しくありません。",
        "unauthenticated": "プラットフォームがこのトークンを受け付けません。",
        "server_unreachable": "プラットフォームが応答しません。",
        "no_site": "先に施設の設定を保存してください。",
    },
    "en": {
        "setup": "Set-up",
        "setup_why": "Go from top to bottom. Every step can be taken again.",
        "done": "done",
        "todo": "open",
        "step_site": "Settings of the site",
        "step_platform": "Connection to the platform",
        "step_key": "Copy of the key",
        "step_archive": "Connection to the PACS",
        "step_pilot": "Pilot batch",
        "step_live": "Going live",
        "field_site": "The site's number (UUID)",
        "field_server": "Address of the platform",
        "field_approval": "Number of the ethics approval",
        "field_agreement": "Number of the agreement",
        "field_pacs": "PACS (AET@host:port, or a DICOMweb URL)",
        "field_ae_title": "AE title of this tool",
        "field_known_aes": "AE titles that may send (with blanks)",
        "field_period_start": "Approved period: from",
        "field_period_end": "Approved period: to",
        "field_opt_out_start": "Opt-out notice: from",
        "field_opt_out_end": "Opt-out notice: to",
        "save": "Save",
        "why_platform": 'Paste a token that you made on the platform\'s page "API tokens".',
        "token": "Token",
        "connect": "Check the connection",
        "why_key": (
            "A lost pseudonym key cannot be made again. Print the sheet, type its last line from "
            "the paper, and lock the paper away."
        ),
        "open_sheet": "Show the sheet to print it",
        "last_line": "Last line of the sheet",
        "confirm": "Confirm",
        "why_archive": "A C-ECHO (or QIDO-RS) asks whether it answers.",
        "echo": "Ask the archive",
        "why_pilot": (
            "Before going live a batch is small (files at most: {n}). Take files in, decide every "
            "text, sign and send."
        ),
        "why_live": "Possible when one signed pilot batch has arrived.",
        "go_live": "Go live",
        "notice": "Public notice (opt-out)",
        "why_notice": "A text for the hospital's web site. Save it and fill in the contact.",
        "sheet": "Copy of the pseudonym key",
        "sheet_why": (
            "Whoever holds this paper can link pseudonyms to patients. Lock it away; no copies, "
            "no photographs."
        ),
        "sheet_restore": "To restore: renkei hospital restore-key --site FOLDER",
        "sheet_fingerprint": "Fingerprint",
        "sheet_keeper": "Kept by, date, place",
        "bad_answer": "Check the number (UUID), the dates (YYYY-MM-DD) and the fields to fill in.",
        "other_site": "This token is not one of this hospital.",
        "wrong_sheet": "This is not the sheet's last line. Print it and type from the paper.",
        "pilot_not_done": "Send one signed pilot batch first.",
        "archive_unreachable": "The PACS does not answer. Check its address.",
        "archive_refused": "The PACS refuses. Check that the AE title is registered.",
        "bad_peer": "The address of the PACS is not well formed.",
        "unauthenticated": "The platform does not accept this token.",
        "server_unreachable": "The platform does not answer.",
        "no_site": "Save the settings of the site first.",
    },
}
