"""English: a cue before or after the finding, as far as its clause reaches.

After NegEx (Chapman et al. 2001) and ConText (Harkema et al. 2009), written anew for reports.
"""

import re
from collections.abc import Sequence

from renkei.select.reports.cues import Cue, Polarity, Term

BEFORE, AFTER = 70, 45

_CHANGE = (
    r"(?:no|without|not)\s+(?:(?:any|significant(?:ly)?|interval|appreciable|further|major|overt)\s+)*"
    r"(?:change[sd]?|increase[sd]?|decrease[sd]?|progression|worsening|improvement|growth|enlarge\w*)"
    r"(?:\s+(?:in|of|from|for))?|not only|no doubt|not (?:been )?drained|without contrast"
)
_UNSURE = (
    r"(?:cannot|can not|can't|could not|unable to|difficult to|not)\s+(?:be\s+)?(?:entirely\s+|"
    r"completely\s+|definitively\s+)?(?:exclude|rule out|ruled out|excluded)|"
    r"possibl[ey]|probabl[ey]|likely|presumed|suspect(?:ed)?|suspicious for|suspicion (?:of|for)|"
    r"concern(?:ing)? for|worrisome for|question(?:able)?(?: of)?|may (?:represent|be|reflect)|"
    r"might (?:represent|be|reflect)|could (?:represent|be|reflect)|suggest(?:ive|ing)?(?: of)?|"
    r"differential(?: diagnosis)?(?: includes?)?|rule out|r/o|to exclude|evaluate for|assess for|"
    r"equivocal(?: for)?|versus|vs\.?|\?"
)
_GONE = (
    r"no(?: longer)?|not|without|w/o|negative for|free of|clear of|absence of|lack of|absent|"
    r"denies|"
    r"neither|nor|never|(?:fails?|failed) to (?:show|demonstrate|reveal)|excludes?|excluded|"
    r"ruled out|unlikely|(?:complete |interval )*resolution of|resolved|cleared|rather than|"
    r"instead of|as opposed to"
)
_ONCE = r"(?:history|hx) of|h/o|prior|previous|old|remote|chronic|healed|past"
_BEFORE = re.compile(
    rf"(?<![a-z-])(?:(?P<present>{_CHANGE})|(?P<uncertain>{_UNSURE})|(?P<absent>{_GONE})"
    rf"|(?P<historic>{_ONCE}))(?![a-z])"
)
_AFTER = re.compile(
    r"(?P<uncertain>(?:cannot|can not|can't|could not|(?:is|are|was|were) not)\s+(?:be\s+)?"
    r"(?:entirely\s+|completely\s+)?(?:be\s+)?(?:excluded|ruled out)|not (?:entirely )?excluded|"
    r"(?:is|are|remains?)\s+(?:possible|likely|suspected|questioned|in question)|"
    r"difficult to exclude|should be considered|suspected|\?|versus\b|vs\b)"
    r"|(?P<present>(?:not|in?completely|partially)\s+(?:yet\s+)?(?:resolved|cleared|changed)|"
    r"not\s+(?:significantly\s+)?(?:changed|increased|decreased|enlarged))"
    r"|(?P<absent>(?:is|are|was|were|be|been)?\s*not\s+(?:\w+\s+)?(?:seen|identified|present|"
    r"visuali[sz]ed|demonstrated|evident|detected|found|appreciated|noted|visible|observed|apparent)|"
    r"no longer|(?:has|have)\s+(?:\w+\s+)?(?:resolved|cleared|disappeared)|resolved|cleared|"
    r"(?:is|are|was|were|has been|have been)?\s*(?:excluded|ruled out)|(?:is|are)\s+(?:absent|"
    r"unlikely)|absent|unlikely|:\s*(?:none|no|absent|negative)\b|\bnegative\b)"
    r"|(?P<historic>(?:has|have)\s+healed|in the past|years? ago|(?<!since )\bin (?:19|20)\d\d)"
)
_BREAK = re.compile(
    r"\b(?:but|however|although|though|except(?: for)?|apart from|other than|aside from|with|which|"
    r"there (?:is|are)|shows?|demonstrates?|reveals?|(?:is|are) (?:seen|noted|present|stable|"
    r"unchanged)|because|due to|secondary to|after|rather than)\b|:"
)
_SIZE = (
    r"(?:a |the )?(?:small|large|moderate|mild|severe|trace|tiny|minimal|new|stable|unchanged|"
    r"persistent|bilateral|extensive|marked|multiple)\b"
)
_NEW_ITEM = re.compile(rf"(?:,|\band\b)\s*{_SIZE}")
_ONLY_LIST = re.compile(
    r"^(?:[\s,/]|\b(?:and|or|nor|of|the|a|an|any|acute|focal|significant|left|right|bilateral|small|"
    r"large|mild|new|other|pleural|pericardial)\b)*$"
)


def cue_of(sentence: str, term: Term, terms: Sequence[Term]) -> Cue | None:
    """Return what decides the polarity of a finding in an English sentence, None for nothing."""
    after = _after(sentence, term, terms)
    if after is not None and after.polarity != "historic":
        return after
    return _before(sentence, term, terms) or after


def _before(sentence: str, term: Term, terms: Sequence[Term]) -> Cue | None:
    cues = [
        m for m in _BEFORE.finditer(sentence, 0, term.start) if _reaches(m, sentence, term, terms)
    ]
    if not cues or term.state:
        return None
    near = cues[-1]
    polarity = _polarity(near)
    if polarity in {"uncertain", "historic"} and len(cues) > 1:
        # "no findings suspicious for": the doubt itself is denied.
        between = sentence[cues[-2].end() : near.start()]
        if _polarity(cues[-2]) == "absent" and not re.search(r",|\band\b", between):
            near, polarity = cues[-2], "absent"
    return Cue(polarity, near.start(), near.end())


def _reaches(cue: re.Match[str], sentence: str, term: Term, terms: Sequence[Term]) -> bool:
    between = sentence[cue.end() : term.start]
    if _BREAK.search(between):
        return False
    if cue.lastgroup == "historic" and not cue[0].endswith(" of"):
        return len(between.split()) <= 2 and "," not in between
    if not re.search(r"\b(?:or|nor)\b", sentence[cue.end() :]) and _NEW_ITEM.search(
        between + sentence[term.start : term.end]
    ):
        return False
    # A list carries its cue from item to item.
    last = cue.end()
    for other in [*(t for t in terms if cue.end() <= t.start < term.start), term]:
        if other.start - last > BEFORE:
            return False
        last = other.end
    return True


def _after(sentence: str, term: Term, terms: Sequence[Term]) -> Cue | None:
    end = term.end
    for other in terms:
        if other.start >= end and _ONLY_LIST.match(sentence[end : other.start]):
            end = other.end
    cue = _AFTER.search(sentence, end, min(len(sentence), end + AFTER))
    if cue is None:
        return None
    between = sentence[end : cue.start()]
    starts = [t.start for t in terms if end <= t.start < cue.start()]
    if "," in between or _BREAK.search(between) or starts or re.search(r"\band\b", between):
        return None
    return Cue(_polarity(cue), cue.start(), cue.end())


def _polarity(cue: re.Match[str]) -> Polarity:
    name = cue.lastgroup
    return name if name in {"absent", "uncertain", "historic"} else "present"  # type: ignore[return-value]
