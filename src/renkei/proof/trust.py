"""The trust bundle: whose signatures count, and the newest list of recalls; got from the platform.

The recipient keeps it beside the data: with it everything is checked without a network.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from renkei.proof.note import Verifier
from renkei.proof.recalls import RecallList, open_recalls
from renkei.proof.strict import Fields, MalformedError, is_text, parse_json

FORMAT = "renkei.trust/1"
LIMIT = 32_000_000


@dataclass(frozen=True, slots=True)
class Trust:
    """A log's name, its key, the witnesses of which `quorum` must have cosigned, and recalls."""

    origin: str
    log: Verifier
    witnesses: tuple[Verifier, ...]
    quorum: int
    recalls: str

    def recall_list(self) -> RecallList:
        """Return the recalls after checking the platform's signature."""
        return open_recalls(self.recalls, [self.log])

    def to_json(self) -> Mapping[str, object]:
        """Return the JSON object."""
        return {
            "format": FORMAT,
            "origin": self.origin,
            "log": str(self.log),
            "witnesses": [str(w) for w in self.witnesses],
            "quorum": self.quorum,
            "recalls": self.recalls,
        }


def parse_trust(data: bytes) -> Trust:
    """Read a trust bundle.

    Raises:
        MalformedError: A field is wrong, or the quorum cannot be met.
        NoteRefusedError: A key is malformed.
    """
    fields = Fields(parse_json(data, limit=LIMIT), "trust bundle")
    fields.choice("format", frozenset({FORMAT}))
    found = Trust(
        origin=fields.text("origin"),
        log=Verifier.parse(fields.text("log", limit=400)),
        witnesses=fields.items(
            "witnesses", lambda v: Verifier.parse(is_text(v, limit=400)), limit=100
        ),
        quorum=fields.integer("quorum", most=100),
        recalls=fields.text("recalls", limit=LIMIT),
    )
    fields.done()
    if found.quorum > len(set(found.witnesses)):
        raise MalformedError("trust bundle: more cosignatures are asked for than there are keys.")
    return found
