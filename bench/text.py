"""Free text: invented sentences, with identities and clean, beside a recogniser of names.

The rules were written with these sentences in sight, so the figures are an upper bound. The peer
runs when `.venv-peers` holds it: `uv pip install ginza ja-ginza` (MIT, 0.5 GB).
"""

import json
import re
import subprocess
import time

from tests.deid.sentences import CLEAN, FORMS, FRAMES, PATIENT, PLANTED, lines

from bench.deid import PEER_PYTHON
from bench.measure import Row
from renkei.deid.fold import fold
from renkei.deid.identifiers import known
from renkei.deid.rules import identities, suspects
from renkei.deid.text import clean_text

ROUNDS = 20
PEER = """
import json, sys, time
import spacy
nlp = spacy.load("ja_ginza")
asked = json.load(sys.stdin)
def cut(text):
    for e in reversed(nlp(text).ents):
        text = text[:e.start_char] + " " + text[e.end_char:]
    return text
gone = sum(all(w not in cut(text) for w in words) for text, words in asked["planted"])
started = time.process_time()
touched = sum(cut(text) != text for text in asked["clean"])
speed = len(asked["clean"]) / (time.process_time() - started)
print(json.dumps({"gone": gone, "touched": touched, "speed": speed}))
"""


def run():
    planted = [
        (re.sub(r"[{}\[\]]", "", s), re.findall(r"\{(.*?)\}", s))
        for s in lines(PLANTED)
        if "{" in s
    ]
    clean = lines(CLEAN)
    forms = [(form, frame.format(form)) for form in lines(FORMS) for frame in FRAMES]
    found = sum(fold(form) not in fold(clean_text(text, PATIENT)[0]) for form, text in forms)
    name = f"a known identity, of {len(forms)} sentences"
    yield Row("text", name, found, "", None, "gone", len(forms), higher=True)
    nobody = known()
    gone = sum(all(w not in clean_text(t, nobody)[0] for w in words) for t, words in planted)
    touched = sum(clean_text(t, nobody)[0] != t for t in clean)
    peer = _peer(planted, clean)
    tool = "ja_ginza" if peer else ""
    case = f"an identity by its form, of {len(planted)}"
    yield Row("text", case, gone, tool, peer.get("gone"), "gone")
    case = f"clean medical sentences touched, of {len(clean)}"
    yield Row("text", case, touched, tool, peer.get("touched"), "touched", 0)
    shown = sum(bool(suspects(t)) for t in clean)
    yield Row("text", f"clean ones shown to a person, of {len(clean)}", shown, "", None, "shown", 0)
    yield Row("text", "speed", _speed(clean), tool, peer.get("speed"), "sentences/s")


def _speed(clean):
    taken = 0.0
    for _ in range(ROUNDS):
        identities.cache_clear()
        started = time.process_time()
        for text in clean:
            clean_text(text, PATIENT)
        taken += time.process_time() - started
    return ROUNDS * len(clean) / taken


def _peer(planted, clean):
    if not PEER_PYTHON.exists():
        return {}
    asked = json.dumps({"planted": planted, "clean": clean})
    answer = subprocess.run(
        [PEER_PYTHON, "-c", PEER], input=asked, capture_output=True, text=True, check=False
    )
    return json.loads(answer.stdout.splitlines()[-1]) if answer.returncode == 0 else {}
