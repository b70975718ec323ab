"""Patients, staff and hospitals in text, by their titles, labels and frequent family names.

`named` is sure; `maybe_named` wants a person's look. Eponyms (橋本病) and words that only look so
(嚢胞様, 担当医師, 大学病院) are neither.
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from renkei.deid.fold import Span
from renkei.deid.kana import romaji

LOUD = 5  # shorter words in capitals are abbreviations: ENDO, ABE
_KANJI = "一-龥々〆ヶ"
_LATIN = r"[A-Z][\w'-]+"
# Ends of hiragana names (さくら, ひまわり), not of verbs and particles (している, この).
_END = "あうえおかきくけこさしすせそちつとぬねひふへほまみむめやゆよらりれろわん"
_PLAIN_HOSPITAL = r"(?:総合病院|大学病院|病院|医院|クリニック|診療所|医療センター|薬局|大学)"
_OWN_HOSPITAL = (
    r"(?:大学(?:医学部)?(?:附属|付属)病院|中央病院|市民病院|がん(?:研究)?センター|循環器病センター)"
)
_HOSPITAL = re.compile(
    rf"([{_KANJI}ァ-ヶーA-Za-z]{{1,20}}?|(?<![ぁ-ん])[ぁ-ん]{{1,7}}[{_END}])"
    rf"(?:{_OWN_HOSPITAL}|(?P<plain>{_PLAIN_HOSPITAL}))"
)
_NO_HOSPITAL = re.compile(
    r"(?:当|他|本|同|各|前|某|近隣|近所|近医|紹介元?|紹介先|転院先|転院元|連携|協力|関連|地域|救急|専門"
    r"|精神科?|総合|大学|一般|公立|私立|国立|市立|県立|急性期|慢性期|院外|門前|調剤|保険|療養型?|基幹|拠点|中核|複数"
    r"|[一-龥]{1,4}科)+"
)
_WORK = (
    "先生|医師|技師|看護師|医長|部長|教授|理学療法士|作業療法士|言語聴覚士|薬剤師|助産師|保健師|栄養士"
    "|ドクター|(?:Dr|Ns|PT|OT|ST|MSW|ME|CE)(?![A-Za-z])"
)
_ROLE = re.compile(rf"([{_KANJI}]{{1,6}}|[ァ-ヶー]{{2,8}})\s?(?:{_WORK})")
_NO_NAME = re.compile(
    r".*(?:担当|主治|紹介|当直|執刀|読影|専門|指導|研修|常勤|勤務|産業|家庭|依頼|指示|処方|検査|放射線"
    r"|診断|治療|麻酔|臨床|工学|撮影|病棟|外来|認定|訪問|主任|男性|女性|複数|各|当|他|前|同|主|准|副|医"
    r"|科|部|室|班|病院|看護|管理|レベル|リハビリ)"
)
_PREFIX = re.compile(
    r".*(?:科|部|室|院|班|本日|昨日|前回|今回|担当|主治医|依頼医|読影医?|執刀医?|報告|紹介|患者|技師"
    r"|医師|当直医?)"
)
_PATIENT = re.compile(
    r"(?:患者(?:氏名|名)|氏名|お名前|患者様|患者さん|患者|Patient(?: name)?|Name|Pt\.?)\s?[:=]\s?"
    rf"([{_KANJI}ぁ-んァ-ヶー]{{1,6}}(?:[ 　][{_KANJI}ぁ-んァ-ヶー]{{1,6}})?"
    rf"|{_LATIN}(?:[ ,^]+{_LATIN})?)"
)
_TITLE = re.compile(
    rf"\b(?:Dr|Prof|Mr|Mrs|Ms|Miss)(?:\.\s?|\s)(?:[A-Z]\. ?)?{_LATIN}(?: [A-Z][a-z'-]+)?"
    rf"|\bDr\.?\s?[{_KANJI}]{{1,4}}|\b[A-Z]\.\s?[A-Z]\.(?=\s?(?:氏|さん|様|先生))"
    rf"|\b{_LATIN}(?: (?:[A-Z]\.?|{_LATIN}))?(?:,? ?M\.D\.|, ?(?:MD|RN|PhD)(?!\w))"
)
_BY = re.compile(
    r"\b(?i:reported|read|signed|dictated|reviewed|approved|performed|referred) by:?"
    rf"\s+({_LATIN}(?: {_LATIN})?)"
)
_STAFF = (
    "(?:報告者|読影者|記載者|撮影者|執刀医?|依頼医|主治医|担当医?|紹介医|検者|術者|助手|技師|看護師"
    "|当直医?)"
)
_LABELLED = re.compile(rf"{_STAFF}\s?[:=]\s?([{_KANJI}]{{2,5}}(?:[ 　][{_KANJI}]{{1,4}})?)")
_HONORIFIC = r"(?:さん|ちゃん|くん|さま|殿|氏(?![名族])|君|様)"
# A disease, sign, method or organ named after a person, a place, or a shape.
_EPONYM = (
    r"(?!病|症|氏|型|法|式|分類|動脈|甲状腺|徴候|反応|試験|現象|手術|斑|奇形|染|縫合|腫瘍|囊|嚢|肺|脳炎"
    r"|熱|菌|株|骨|母斑|スコア|基準|指数|寺|状|の(?:圧痛|分類|基準|式|法|徴候)|ら(?:の|による)|[-‐]"
    r"|県|市|区|町|村|駅|大学|製|社|商)"
)
_LOOSE = re.compile(
    rf"([{_KANJI}]{{2,4}}|[ァ-ヶー]{{2,6}})(?:さん|ちゃん|くん|氏(?![名族])|殿"
    r"|様(?!物質|構造|変化|所見|陰影|結節|腫瘤|隆起|外観|形態|突起|細胞|組織|病変|沈着|の[形外]))"
)
_LIKE = re.compile(
    r".*(?:患者|お客|家族|本人|[同模多異仕皆一各有胞腫瘤節状頭巣花板管膜骨片塊斑糸球水石路網枝晶層皮毛"
    r"爪縁液物質体線索棘影芽嚢囊泡粒葉輪環帯刺房巻壁塞炎腺癌脂血絨苔癬疹痂渦星蜂歯]|ガラス|レース"
    r"|ポリープ|カリフラワー|モザイク|クモ|ビーズ|コイル|チーズ|ゼリー|ブドウ|ドーム|ディスク|パンヌス"
    r"|アミロイド|フィブリン|コロイド|ケロイド|リウマチ)"
)


@cache
def _pairs() -> list[tuple[str, str]]:
    lines = (files("renkei.deid") / "surnames.txt").read_text("utf-8").splitlines()
    words = [word for line in lines if not line.startswith("#") for word in line.split()]
    found = [re.fullmatch(rf"([{_KANJI}]+)([ぁ-ん]+)", word) for word in words]
    return [(f[1], f[2]) for f in found if f]


@cache
def _surely() -> re.Pattern[str]:
    """Return the expression for a frequent family name with a title, or behind a label."""
    kanji = "|".join(sorted({name for name, _ in _pairs()}, key=len, reverse=True))
    titled = rf"(?:{kanji})(?:[ 　]?[{_KANJI}]{{1,3}})?[ 　]?{_HONORIFIC}(?!々)"
    behind = (
        rf"(?:(?<=患者)|{_STAFF}[ 　]?)(?:{kanji})(?:[ 　](?!助手|術者)[{_KANJI}]{{1,3}})?{_EPONYM}"
    )
    return re.compile(f"{titled}|{behind}")


@cache
def _maybe() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the expressions for a bare family name in kanji, and in Latin letters."""
    kanji = "|".join(sorted({n for n, _ in _pairs() if len(n) > 1}, key=len, reverse=True))
    given = rf"[{_KANJI}]{{1,2}}[郎子美雄男夫江代太介助樹之香恵]"
    spelled = {r for _, kana in _pairs() for r in romaji(kana)}
    loud = {r.upper() for r in spelled if len(r) >= LOUD}
    latin = "|".join(sorted(loud | {r.capitalize() for r in spelled}, reverse=True))
    return (
        re.compile(rf"(?<![{_KANJI}-])(?:{kanji}){_EPONYM}|(?:{kanji})[ 　]?{given}"),
        re.compile(rf"\b(?:{latin})\b(?!'s?\s|-| (?:disease|syndrome|sign|classification|method))"),
    )


def named(text: str) -> Iterator[Span]:
    """Yield the places that name somebody or a hospital, of a text in NFKC."""
    yield from (m.span() for m in _TITLE.finditer(text))
    yield from (m.span(1) for rule in (_PATIENT, _BY, _LABELLED) for m in rule.finditer(text))
    if text.isascii():
        return
    yield from (m.span() for m in _surely().finditer(text))
    for found in _HOSPITAL.finditer(text):
        if not (found["plain"] and _NO_HOSPITAL.fullmatch(found[1])):
            yield found.span()
    for found in _ROLE.finditer(text):
        start, end = found.span(1)
        if prefix := _PREFIX.match(found[1]):
            start += prefix.end()
        if start < end and not _NO_NAME.fullmatch(text[start:end]):
            yield start, found.end()


def maybe_named(text: str) -> Iterator[Span]:
    """Yield the places that may name somebody, of a text in NFKC."""
    kanji, latin = _maybe()
    yield from (m.span() for m in latin.finditer(text))
    if text.isascii():
        return
    yield from (m.span() for m in kanji.finditer(text))
    yield from (m.span() for m in _LOOSE.finditer(text) if not _LIKE.fullmatch(m[1]))
