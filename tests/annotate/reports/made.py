"""Made facts, reports on them as people word them, and errors of known kinds put into reports."""

import random
import re
from dataclasses import replace

from renkei.annotate.facts import Facts, LesionFact, OrganFact, PriorFact
from renkei.annotate.reports.sections import Language
from renkei.annotate.vocabulary import Side, load_vocabulary

WORDS = load_vocabulary("abdomen-ct")
ORGANS = ("liver", "spleen", "kidney_right", "kidney_left")
PRIOR, TODAY = "2024-11-05", "2025-02-11"


def made_facts(rng: random.Random) -> Facts:
    """Return the facts of an abdominal CT with up to five lesions, half of them with a prior."""
    organs = tuple(
        OrganFact(t.key, t.ja, t.en, t.side, round(rng.uniform(50, 1800), 2))
        for t in WORDS.terms
        if t.key in ORGANS
    )
    has_prior = rng.random() < 0.5
    lesions = tuple(
        _lesion(rng, n, has_prior=has_prior) for n in range(1, rng.choice((0, 1, 1, 2, 3, 5)) + 1)
    )
    prior = PriorFact(PRIOR, "0" * 64, ("lesion",) if rng.random() < 0.2 else ())
    return Facts(
        modality=rng.choice(("CT", "CT", "MR")),
        labels="0" * 64,
        vocabulary=WORDS.reference,
        organs=organs,
        lesions=lesions,
        absent=() if lesions else ("lesion",),
        sex=rng.choice(("F", "M")),
        date=TODAY,
        technique=(("thickness_mm", "5.0"), ("kvp", "120")),
        prior=prior if has_prior else None,
    )


def _lesion(rng: random.Random, number: int, *, has_prior: bool) -> LesionFact:
    term, organ = WORDS.term("lesion"), WORDS.term(rng.choice(ORGANS))
    long = round(rng.uniform(5, 60), 1)
    change = rng.choice(("new", "enlarged", "smaller", "unchanged")) if has_prior else None
    before = {"enlarged": long * 0.7, "smaller": long * 1.4, "unchanged": long}
    return LesionFact(
        key=term.key,
        ja=term.ja,
        en=term.en,
        number=number,
        long_mm=long,
        short_mm=round(long * rng.uniform(0.5, 1.0), 1),
        volume_ml=round((long / 10) ** 3 * 0.4, 2),
        slice=rng.randint(1, 80),
        organ=organ.key,
        organ_ja=organ.ja,
        organ_en=organ.en,
        side=organ.side,
        mean_hu=float(rng.randint(-20, 120)),
        certainty=rng.choice((5, 5, 5, 4, 3)),
        change=change,
        prior_mm=round(before[change], 1) if change in before else None,
    )


def wide(text: str) -> str:
    """Write digits and units in full width, as Japanese editors do."""
    return text.translate({n: n + 0xFEE0 for n in range(0x21, 0x7F) if chr(n).isalnum()})


def _size(rng: random.Random, one: LesionFact, language: Language) -> str:
    cm = f"{one.long_mm / 10:.2f} x {one.short_mm / 10:.2f} cm"
    if language == "en":
        forms = [
            f"{one.long_mm} x {one.short_mm} mm",
            cm,
            f"{one.long_mm:.0f} mm",
            f"{one.long_mm}-mm",
        ]
        return rng.choice(forms)
    both = f"{one.long_mm}×{one.short_mm}mm"
    return rng.choice(
        [both, f"{both}大", cm, f"長径{one.long_mm:.0f}mm", wide(both), f"約{one.long_mm:.0f}ミリ"]
    )


_SURE_JA = {
    5: ("を認めます", "がみられます", "あり"),
    4: ("を疑います", "の疑い"),
    3: ("の可能性があります",),
}
_SURE_EN = {
    5: ("There is a {w}", "A {w} is seen", "{W}"),
    4: ("There is a probable {w}", "Findings suspicious for a {w}"),
    3: ("There is a possible {w}", "A {w} cannot be excluded"),
}
_CHANGE_JA = {
    "new": ("。新規病変です", "、今回新たに出現しています"),
    "enlarged": ("。前回より増大しています", "、増大傾向です"),
    "smaller": ("。前回と比べ縮小しています", "、縮小しています"),
    "unchanged": ("。前回と著変を認めません", "。サイズは不変です", "、増大は認めません"),
}
_CHANGE_EN = {
    "new": (", new since the prior", ". This is new"),
    "enlarged": (", enlarged compared with the prior", ". It has increased in size"),
    "smaller": (", smaller than before", ". It has decreased in size"),
    "unchanged": (", unchanged", ". It is stable", " without significant change"),
}
_ELSE_JA = (
    "腹水は認めません。",
    "胸水なし。",
    "リンパ節腫大は指摘できません。",
    "他に病変は認めません。",
    "胆石や水腎症は認めない。",
)
_ELSE_EN = (
    "No ascites.",
    "There is no pleural effusion or lymphadenopathy.",
    "No other lesion is seen.",
    "No lesion larger than 5 mm elsewhere.",
    "Gallstones are not identified.",
)


def paraphrase(facts: Facts, language: Language, rng: random.Random) -> str:
    """Return a report on the facts worded as people do: other words, order, units and widths."""
    lesions = rng.sample(facts.lesions, len(facts.lesions))
    body = "\n".join(_sentence(rng, one, language, facts) for one in lesions)
    word = rng.choice(
        ("病変", "腫瘤", "結節") if language == "ja" else ("lesion", "mass", "nodule")
    )
    top = max(lesions, key=lambda one: (one.certainty, one.long_mm), default=None)
    if language == "ja":
        more = "".join(rng.sample(_ELSE_JA, 2))
        compare = f"{PRIOR.replace('-', '/')}のCTと比較。" if facts.prior else "前回検査なし。"
        gone = (
            "前回の病変の一つは消失しています。\n" if facts.prior and facts.prior.resolved else ""
        )
        said = (
            f"{top.organ_ja}{word}{rng.choice(_SURE_JA[top.certainty])}"
            if top
            else "明らかな病変は認めません"
        )
        none = "" if lesions else "病変は認めません。\n"
        told = f"【所見】\n{body}\n{gone}{none}{more}\n【診断】\n{said}。\n"
        return f"【比較】\n{compare}\n{told}【推奨】\n経過観察。\n"
    more = " ".join(rng.sample(_ELSE_EN, 2))
    compare = "CT of 5 November 2024." if facts.prior else "None available."
    gone = (
        "One of the prior lesions has resolved.\n" if facts.prior and facts.prior.resolved else ""
    )
    sure = {5: "", 4: "Probable ", 3: "Possible "}
    said = f"{sure[top.certainty]}{word} of the {top.organ_en.lower()}" if top else "No lesion"
    none = "" if lesions else "No focal lesion.\n"
    return f"COMPARISON:\n{compare}\nFINDINGS:\n{body}\n{gone}{none}{more}\nIMPRESSION:\n{said}.\n"


def _sentence(rng: random.Random, one: LesionFact, language: Language, facts: Facts) -> str:
    size = _size(rng, one, language)
    if language == "ja":
        word = rng.choice(("病変", "腫瘤", "結節"))
        said = f"{one.organ_ja}に{size}の{word}{rng.choice(_SURE_JA[one.certainty])}"
        return (
            said + (rng.choice(_CHANGE_JA[one.change]) if one.change and facts.prior else "") + "。"
        )
    word = rng.choice(("lesion", "mass", "nodule"))
    said = rng.choice(_SURE_EN[one.certainty]).format(w=word, W=word.capitalize())
    said += f" in the {one.organ_en.lower()} measuring {size}"
    return said + (rng.choice(_CHANGE_EN[one.change]) if one.change and facts.prior else "") + "."


def _line(text: str, one: LesionFact) -> str:
    mark = re.compile(
        rf"^(?:{one.ja}|{one.en} ){one.number}\b.*$|^{one.ja}{one.number}[^0-9].*$", re.MULTILINE
    )
    found = mark.search(text)
    assert found, text
    return found[0]


def _head(language: Language) -> str:
    return "所見\n" if language == "ja" else "Findings\n"


def _extra(text: str, _: Facts, language: Language, rng: random.Random) -> str:
    ja, en = (
        ("腹水を認めます。\n", "胆石あり。\n"),
        ("There is ascites.\n", "Gallstones are present.\n"),
    )
    return text.replace(
        _head(language), _head(language) + rng.choice(ja if language == "ja" else en)
    )


def _sex(text: str, facts: Facts, language: Language, _: random.Random) -> str:
    ja, en = {"F": ("前立腺", "prostate"), "M": ("子宮", "uterus")}[facts.sex]
    said = f"{ja}に異常ありません。\n" if language == "ja" else f"The {en} is normal.\n"
    return text.replace(_head(language), _head(language) + said)


def _prior(text: str, facts: Facts, _: Language, rng: random.Random) -> str:
    if facts.prior:
        return text.replace(PRIOR, rng.choice(("2024-10-05", "2023-11-05", "2024-11-06")))
    ja = text.replace("比較できる前回検査はありません", f"前回検査({PRIOR})と比較しました")
    said = "There is no prior examination to compare with"
    return ja.replace(said, f"Compared with the prior examination of {PRIOR}")


def _unfounded(text: str, facts: Facts, _: Language, __: random.Random) -> str:
    for other in facts.lesions:
        text = text.replace(_line(text, other), "")
    counts = r"^(?:病変を\d+個認めます。|\d+ lesions? in total\.)\n"
    return re.sub(counts, "", text, flags=re.MULTILINE)


def _size_line(line: str, one: LesionFact, _: Language, rng: random.Random) -> str:
    step = max(1.5, one.long_mm * rng.uniform(0.08, 0.5))
    # Below the short diameter the two only change places.
    down = one.long_mm - step >= one.short_mm and rng.random() < 0.5
    far = one.long_mm - step if down else one.long_mm + step
    return line.replace(f"{one.long_mm} ×", f"{far:.1f} ×", 1)


def _negated(line: str, one: LesionFact, language: Language, _: random.Random) -> str:
    if language == "ja":
        return line.partition(":")[0] + f": {one.organ_ja}に認めません。"
    return f"No lesion is seen in the {one.organ_en.lower()}."


def _turned(line: str, one: LesionFact, _: Language, __: random.Random) -> str | None:
    if one.side not in {Side.LEFT, Side.RIGHT}:
        return None
    swap = {"左": "右", "右": "左", "left": "right", "right": "left"}
    return re.sub("|".join(swap), lambda m: swap[m[0]], line, count=1)


def _unsure(line: str, one: LesionFact, language: Language, _: random.Random) -> str | None:
    said = "(可能性は低い):" if language == "ja" else " (unlikely):"
    return line.replace(":", said, 1) if one.certainty == 5 else None


def _otherwise(line: str, one: LesionFact, _: Language, __: random.Random) -> str | None:
    if one.change not in {"enlarged", "smaller"}:
        return None
    ja = {"増大して": "縮小して", "縮小して": "増大して"}
    pairs = {**ja, "enlarged": "smaller", "smaller": "enlarged"}
    return re.sub("|".join(pairs), lambda m: pairs[m[0]], line)


# Errors in the text as a whole, and errors in the line of one lesion.
WHOLE = {"extra": _extra, "sex": _sex, "prior": _prior}
LINES = {
    "size": _size_line,
    "unit": lambda line, *_: line.replace("mm", "cm", 1),
    "negation": _negated,
    "side": _turned,
    "certainty": _unsure,
    "change": _otherwise,
}
KINDS = (*WHOLE, *LINES, "missing", "unfounded")


def spoiled(
    kind: str, text: str, facts: Facts, language: Language, rng: random.Random
) -> str | None:
    """Return a draft with one error of a kind in it; None where the facts give no room for it."""
    if kind in WHOLE:
        return WHOLE[kind](text, facts, language, rng)
    if not facts.lesions:
        return None
    if kind == "unfounded":
        return _unfounded(text, facts, language, rng)
    one = rng.choice(facts.lesions)
    line = _line(text, one)
    if kind == "missing":
        return text.replace(line + "\n", "")
    changed = LINES[kind](line, one, language, rng)
    return None if changed is None else text.replace(line, changed)


def without_prior(facts: Facts) -> Facts:
    """Return the same facts as if nothing had come before."""
    lesions = tuple(replace(one, change=None, prior_mm=None) for one in facts.lesions)
    return replace(facts, prior=None, lesions=lesions)
