"""A draft by a text model behind an endpoint that speaks as OpenAI's does; off by default.

What comes back is a proposal like any other: it is taken only when the check finds nothing in it,
and a person still confirms each section. The draft and its facts leave, with days that the hospital
shifted, and never an id or a name.
"""

import json

import httpx2

from renkei.annotate.facts import Facts
from renkei.annotate.reports.check import check_report
from renkei.annotate.reports.draft import draft
from renkei.annotate.reports.sections import Language
from renkei.errors import DataRefusedError, PeerUnreachableError

SECONDS = 60.0
LONGEST = 20_000
KEPT_BACK = {"labels", "vocabulary", "slice_uid", "date", "sex"}
ASK = (
    "Reword this reading report in its own language. Keep every heading on a line of its own, "
    "every number with its unit, every side, organ, date and degree of certainty. Add nothing. "
    "Answer with the report alone."
)


class WriterUnreachableError(PeerUnreachableError):
    """The endpoint that words drafts does not answer as it should."""


class WordingRefusedError(DataRefusedError):
    """The proposed wording says other than the facts, so the template's stays."""


def word_draft(
    facts: Facts, language: Language, *, endpoint: str, model: str, key: str | None = None
) -> str:
    """Return a draft in the endpoint's words that says exactly the facts.

    Raises:
        WriterUnreachableError: No answer, or none in the form that was asked for.
        WordingRefusedError: The text contradicts the facts or leaves some out.
    """
    plain = draft(facts, language)
    asked = {
        "model": model,
        "temperature": 0,
        "messages": [
            {"role": "system", "content": ASK},
            {"role": "user", "content": f"{plain}\n\n{json.dumps(_sent(facts.to_json()))}"},
        ],
    }
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        with httpx2.Client(timeout=SECONDS, trust_env=False) as http:
            answer = http.post(
                f"{endpoint.rstrip('/')}/chat/completions", json=asked, headers=headers
            )
            answer.raise_for_status()
            text = str(answer.json()["choices"][0]["message"]["content"])
    except (httpx2.HTTPError, KeyError, IndexError, TypeError, ValueError) as error:
        raise WriterUnreachableError("The endpoint for drafts did not answer; use ours.") from error
    problems = check_report(text[:LONGEST], facts, language)
    if problems or len(text) > LONGEST:
        codes = ", ".join(sorted({one.code for one in problems}))
        raise WordingRefusedError(
            "The proposed wording does not fit the facts; the draft stays as it was.", codes=codes
        )
    return text.strip() + "\n"


def _sent(value: object) -> object:
    if isinstance(value, dict):
        return {name: _sent(inner) for name, inner in value.items() if name not in KEPT_BACK}
    return [_sent(one) for one in value] if isinstance(value, list | tuple) else value
