"""Japanese: the first predicate after the finding decides, also for the list before it.

胸水、気胸は認めない denies both; 胸水を認めるが、気胸は認めない denies one.
"""

import re
from collections.abc import Sequence

from renkei.select.reports.cues import Cue, Polarity, Term

_NOT = (
    r"(?:(?:認め|みとめ|見|み|指摘|同定|描出|検出|確認|証明|指摘でき|存在し|伴わ|見当たら|みあたら|有し|呈さ|来さ)"
    r"(?:ら?れ|され|でき|出来)?(?:ない|ません|ず|なかった|なく)|(?<!少)(?<!し)(?<!れ)(?<!き)(?<!で)"
    r"(?:なし|無し|ない|無い|なく|無く|なかった)|ありません|有りません|ございません|はあらず)"
)
_CHANGED = (
    r"(?:著変|変化|増減|増加|増大|増悪|増量|減少|縮小|改善|軽快|拡大(?=傾向)|悪化|進行)(?:傾向)?"
    r"(?:(?:や|、|・|または)(?:増加|増大|増悪|縮小|変化))*"
)
_PRESENT = (
    rf"{_CHANGED}(?:は|を|も|の|に)?{_NOT}|{_CHANGED}(?:し(?:て)?(?:い|おら)?(?:ない|ません|ず))|不変|消失傾向|"
    r"矛盾し(?:ない|ません)|と診断|と考え(?:る|ます)|を考え(?:る|ます)|(?<!を)認め(?:る|ます|られ(?:る|ます|た)|た)|"
    r"を?認め(?=[、,。]|$|て|つつ)|を認め(?:る|ます|た)|み(?:られ|とめ)(?:る|ます|た)|見られ(?:る|ます|た)|"
    r"あり|有り|ある(?!い)|貯留し|存在し|残存|散見|を伴(?:う|い|って)|出現し|増加|増大|増悪|増量|減少|縮小|改善|軽快|"
    r"軽減|目立つ|顕著|による|を契機|のため|に対し|\(\+\)|:\s*(?:\+|あり)|陽性|"
    r"(?:少量|多量|大量|中等量|微量|軽度|中等度|高度)(?=[、,]|$)"
)
_SUSPECT = r"(?:疑う|疑われる|疑わせる|示唆する|思わせる|考える|疑い)"
_ABSENT = (
    rf"(?:を|の|が)?(?:積極的に|強く)?{_SUSPECT}(?:よう[なの])?[^、。]{{0,15}}?{_NOT}|"
    rf"(?:可能性|疑い)(?:は|が|も)?(?:{_NOT}|低い|低く|乏しい)|否定的|否定され|否定でき(?:る|ます)|考えにくい|考え難い|"
    rf"既往(?:歴)?(?:は|が|も)?{_NOT}|明らか(?:で|では)(?:ない|ありません|なく)|はっきり(?:し)?(?:ない|ません|せず)|"
    rf"目立た(?:ない|ず|なく)|消失|治癒|よりは|というより|陰性|\(-\)|\(−\)|:\s*(?:-|なし)|{_NOT}"
)
_UNCERTAIN = (
    r"(?:否定|除外)(?:は|が|も|を)?(?:でき(?:ない|ません|ず)|出来(?:ない|ません|ず)|困難|しきれ(?:ない|ません|ず)|"
    r"し得ない|しえない|し難い)|(?:とは|と)?(?:言え|いえ|断定でき)(?:ない|ません|ず)|断定困難|鑑別|疑い|疑う|疑います|疑われ|"
    r"疑わしい|疑って|疑わせ|示唆|可能性|思われ|考えられ|考慮|除外|否定目的|の有無|精査|\?|\(±\)|懸念"
)
_HISTORIC = r"(?:の)?既往|(?:の)?(?:術|手術|治療|切除|治癒|化学療法|放射線治療)後|(?<=骨折)後|瘢痕"
_TAIL = re.compile(
    rf"(?P<present>{_PRESENT})|(?P<uncertain_first>(?:否定|除外)(?:は|が|も|を)?(?:でき(?:ない|ません|ず)|困難))"
    rf"|(?P<absent>{_ABSENT})|(?P<uncertain>{_UNCERTAIN})|(?P<historic>{_HISTORIC})"
)
_OLD = re.compile(r"(?:陳旧性|既往の|以前の|過去の|旧)[^、。]{0,4}$")
_SOME = re.compile(r"(?:少量|多量|大量|中等量|微量|軽度|著明|巨大|大き|わずか)(?:の|な)$")
_LIST = re.compile(r"[、,・]")


def cue_of(sentence: str, term: Term, terms: Sequence[Term]) -> Cue | None:
    """Return what decides the polarity of a finding in a Japanese sentence, None for nothing."""
    if old := _OLD.search(sentence, 0, term.start):
        tail = _tail(sentence, term)
        if tail is None or tail.polarity != "absent":
            return Cue("historic", old.start(), old.end())
    if _LIST.match(sentence, term.end) and (term.state or _SOME.search(sentence, 0, term.start)):
        return None
    if term.state and any(other.start == term.end for other in terms):
        return None
    return _tail(sentence, term)


def _tail(sentence: str, term: Term) -> Cue | None:
    found = _TAIL.search(sentence, term.end)
    if found is None:
        return None
    return Cue(_polarity(found), found.start(), found.end())


def _polarity(found: re.Match[str]) -> Polarity:
    names: dict[str, Polarity] = {
        "absent": "absent",
        "uncertain": "uncertain",
        "uncertain_first": "uncertain",
        "historic": "historic",
    }
    return names.get(found.lastgroup or "", "present")
