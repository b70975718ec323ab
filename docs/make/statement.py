"""The de-identification statement: what the standard asks, what is done, and why, row by row."""  # noqa: INP001

from collections import defaultdict
from collections.abc import Iterator

from pydicom.datadict import keyword_for_tag
from pydicom.uid import UID

from renkei.deid.iod import load_iods
from renkei.deid.private import MADE
from renkei.deid.profile import Action, Profile, Rule, load_profile
from renkei.deid.standard import Row, load_table

EN, JA = range(2)
OPTIONS = {
    "113100": ("Basic Application Level Confidentiality Profile", "基本プロファイル"),
    "113103": ("Clean Graphics (E.3.3)", "図形・注釈の除去(E.3.3)"),
    "113104": ("Clean Structured Content (E.3.4)", "構造化内容の除去(E.3.4)"),
    "113105": ("Clean Descriptors (E.3.5)", "記述文の除去(E.3.5)"),
    "113107": (
        "Longitudinal temporal information, modified dates (E.3.6)",
        "経時情報の保持(日付を変更)(E.3.6)",
    ),
    "113108": ("Retain Patient Characteristics (E.3.7)", "患者特性の保持(E.3.7)"),
    "113111": ("Retain Safe Private (E.3.10)", "安全なプライベート要素の保持(E.3.10)"),
}
LETTERS = {
    "K": ("kept", "保持"),
    "E": ("entered", "項目ごとに処理"),
    "C": ("cleaned", "清浄化"),
    "U": ("new UID", "新しいUID"),
    "Z": ("emptied", "空にする"),
    "D": ("dummy", "ダミー値"),
    "X": ("removed", "削除"),
    "P": ("pseudonym", "仮名"),
}
WHY = {
    "private": (
        "removed, but for numbers and terms of the list below",
        "下の一覧の数値と定義語を除き、すべて削除",
    ),
    "pattern": ("no such element passes", "この種の要素は一切通さない"),
    "own": ("the pseudonym under the site's key", "施設の鍵による仮名に置き換え"),
    "entered": ("the same rules hold in its items", "内部の要素にも同じ規則を適用"),
    "age": ("over 89 becomes 090Y", "89歳を超える場合は090Y"),
    "kept": ("the option keeps it; syntax is checked", "オプションにより保持(書式を検査)"),
    "date": (
        "moved by the patient's whole weeks; intervals and weekdays stay",
        "患者ごとに週単位で移動。間隔・曜日は保持",
    ),
    "time": (
        "syntax checked; whole weeks change no time of day",
        "書式を検査。週単位の移動で時刻は変わらない",
    ),
    "absent": (
        "no module of a covered class holds it",
        "対象クラスのどのモジュールにも属さない",
    ),
    "meta": ("file meta is written anew", "ファイルメタ情報は新規に作成"),
    "text": (
        "identifiers, dates, numbers, names cut out; a person reads what is left, once per value",
        "識別情報・日付・番号・氏名を除去し、残る文字は値ごとに人が確認",
    ),
    "uid": (
        "derived under the site's key; references stay whole",
        "施設の鍵から導出。参照関係は保持",
    ),
    "choice": ("valid for every attribute type", "どの属性タイプでも有効な値"),
    "asked": ("as asked", "規格のとおり"),
    "stricter": (
        "stricter: not needed for research, and cannot be proved clean",
        "規格より厳格。研究に不要で、安全を証明できないため",
    ),
    "empty": ("stricter: emptied where a dummy would do", "規格より厳格。ダミー値ではなく空にする"),
    "dummy": ("stricter: no word of it is left", "規格より厳格。元の語を残さない"),
}
_OWN = frozenset({"PatientName", "PatientID", "ContainerIdentifier", "SpecimenIdentifier"})
_META_UID = 0x00020003
_PRIVATE = "private"
_ALWAYS = {"P": "own", "E": "entered", "U": "uid", "K": "kept"}
# Newer than the dictionary of pydicom.
_NEWER = {"1.2.840.10008.5.1.4.1.1.66.7": "Label Map Segmentation Storage"}


def statement(note: str, language: int) -> str:
    """Return the page in one language."""
    profile = load_profile()
    parts = [note, *_head(profile, language), *_rows(profile, language)]
    parts += [*_beyond(profile, language), *_private(profile, language)]
    parts += [*_classes(profile, language)]
    return "\n".join(parts) + "\n"


def _head(profile: Profile, language: int) -> list[str]:
    claims = [f"- {code} {OPTIONS[code][language]}" for code in profile.codes]
    if language == JA:
        lines = [
            "# 匿名化ステートメント",
            "",
            f"規則 `{profile.name}` 第{profile.version}版({profile.edition} 表E.1-1)。",
            f"規則データのSHA-256:`{profile.sha256}`",
            "許可リスト方式です。**ここに残すと書かれていない要素は、どの階層でも削除し、数えます。**",
            "証明できないファイルは理由を付けて保留し、院外に出しません。",
            "",
            "適合を宣言する項目(CID 7050):",
        ]
    else:
        lines = [
            "# De-identification statement",
            "",
            f"Rule set `{profile.name}`, version {profile.version}, {profile.edition} Table E.1-1.",
            f"SHA-256 of its data: `{profile.sha256}`.",
            "It is an allow-list: **what is not said to stay is removed at every depth, counted.**",
            "A file that cannot be proved clean is held with a reason and does not leave.",
            "",
            "Claimed (CID 7050):",
        ]
    return [*lines, "", *claims, ""]


def letter(row: Row, profile: Profile) -> str:
    """Return what is done with the elements of a row."""
    rule = None if row.tag is None else profile.rules.get(row.tag)
    if row.element in _OWN:
        return "P"
    if row.element == _PRIVATE:
        return "C"
    if row.tag == _META_UID:
        return "U"
    return "X" if rule is None else _letter(rule)


def _letter(rule: Rule) -> str:
    entered = rule.action is Action.KEEP and rule.vrs == ("SQ",)
    return "E" if entered else rule.action.value


def _why(row: Row, done: str, profile: Profile) -> str:
    rule = None if row.tag is None else profile.rules.get(row.tag)
    asked = row.asked(profile.codes).split("/")
    if row.element == _PRIVATE:
        why = "private"
    elif row.tag in {None, _META_UID}:
        why = "meta" if row.tag else "pattern"
    elif done in _ALWAYS:
        why = "age" if row.element == "PatientAge" else _ALWAYS[done]
    elif done == "C" and rule:
        why = {"DA": "date", "DT": "date", "TM": "time"}.get(rule.vrs[0], "text")
    elif rule is None and "X" not in asked:
        why = "absent"
    elif done in asked:
        why = "choice" if done == "D" and len(asked) > 1 else "asked"
    else:
        why = {"X": "stricter", "Z": "empty", "D": "dummy"}[done]
    return why


def _rows(profile: Profile, language: int) -> Iterator[str]:
    rows = sorted(load_table(), key=lambda row: (row.tag is None, row.tag or 0, row.element))
    if language == JA:
        yield f"## 表E.1-1 の全{len(rows)}行"
        head = "| タグ | 要素 | 基本 | 宣言下で求められる処理 | 実施 | 理由 |"
    else:
        yield f"## All {len(rows)} rows of Table E.1-1"
        head = "| tag | element | basic | asked under the claims | done | why |"
    yield from ("", head, "|---|---|---|---|---|---|")
    for row in rows:
        done = letter(row, profile)
        tag = row.element if row.tag is None else f"{row.tag >> 16:04X},{row.tag & 0xFFFF:04X}"
        name = "" if row.tag is None else f"`{row.element}`"
        asked = row.asked(profile.codes)
        shown = f"{done} {LETTERS[done][language]}"
        yield (
            f"| {tag} | {name} | {row.basic} | {asked} | {shown} "
            f"| {WHY[_why(row, done, profile)][language]} |"
        )
    yield ""


def _beyond(profile: Profile, language: int) -> Iterator[str]:
    named = {row.tag for row in load_table()}
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for tag, rule in profile.rules.items():
        if tag not in named and rule.action is not Action.REMOVE:
            found[_letter(rule), "|".join(rule.vrs)].append(keyword_for_tag(tag))
    total = sum(len(words) for words in found.values())
    if language == JA:
        yield f"## 表にない要素のうち残すもの({total}件)"
        said = "表E.1-1 が個人に結び付くとしていない要素です。VRと書式が合うときだけ通します。"
    else:
        yield f"## What stays beside the table ({total} elements)"
        said = "Elements that Table E.1-1 does not name; they pass when VR and syntax fit."
    yield from ("", said, "")
    for (done, vr), words in sorted(found.items()):
        names = ", ".join(f"`{word}`" for word in sorted(words))
        yield f"- **{done} {LETTERS[done][language]}, {vr}** ({len(words)}): {names}"
    yield ""


def _private(profile: Profile, language: int) -> Iterator[str]:
    rows = [(block, at, rule) for block in profile.private for at, rule in block.rules.items()]
    made = sum(rule.source == MADE for _, _, rule in rows)
    if language == JA:
        yield f"## 残すプライベート要素({len(rows)}件)"
        said = (
            "作成者名が一字一句一致するブロックの、データセット直下の要素だけを、書かれたSOPクラスで通します。"
            f"PS3.15 表E.3.10-1 にない{made}件(`made`)は、数値だけから書き直します。"
            "モザイク画像を切り分けるのに必要なためです。"
        )
        head = "| タグ | 作成者 | 内容 | VR | 個数 | 上限または語 | SOPクラス | 出典 |"
    else:
        yield f"## Private elements that stay ({len(rows)})"
        said = (
            "Only in the data set itself, in a block whose creator is the same letter for letter, "
            f"and in the SOP classes named. The {made} rows that Table E.3.10-1 of PS3.15 does not "
            "hold (`made`) are written anew from numbers alone: a mosaic cannot be cut apart "
            "without them."
        )
        head = "| tag | creator | meaning | VR | values | up to, or words | SOP classes | source |"
    yield from ("", said, "", head, "|---|---|---|---|---|---|---|---|")
    for block, at, rule in rows:
        bound = ", ".join(sorted(rule.terms)) or f"{rule.upto:g}"
        classes = ", ".join(_name(uid) for uid in sorted(block.classes))
        yield (
            f"| {block.group:04X},xx{at:02X} | {block.creator} | {rule.name} | {rule.vr} "
            f"| {rule.values} | {bound} | {classes} | {rule.source} |"
        )
    yield ""


def _name(sop_class: str) -> str:
    return _NEWER.get(sop_class, UID(sop_class).name)


def _classes(profile: Profile, language: int) -> Iterator[str]:
    kept = {tag for tag, rule in profile.rules.items() if rule.action is not Action.REMOVE}
    inside = len(load_iods().items)
    if language == JA:
        yield "## SOPクラスごと"
        said = (
            "そのクラスのIODのどのモジュールにも属さない要素は、上の一覧にあっても通しません"
            f"(`out_of_place` として数えます)。シーケンス({inside}種)の中も同様です。"
        )
        head = "| SOPクラス | 通す要素 | 通さない要素 |"
    else:
        yield "## By SOP class"
        said = (
            "An element that no module of the class's IOD holds does not pass, even if it is "
            f"listed above (counted as `out_of_place`); so it is inside {inside} sequences."
        )
        head = "| SOP class | pass | do not pass |"
    yield from ("", said, "", head, "|---|---|---|")
    for sop_class in sorted(profile.sop_classes, key=_name):
        passing = len(profile.of(sop_class).rules)
        yield f"| {_name(sop_class)} | {passing} | {len(kept) - passing} |"
    names = ", ".join(UID(uid).name for uid in sorted(profile.documents))
    yield ""
    if language == JA:
        yield f"保留(`encapsulated_document`):{names}。文書の中身は人が確認します。"
    else:
        yield f"Held (`encapsulated_document`): {names}. A person reads the document."
