"""What became of each case of a run on files, line by line, so that a cut run goes on."""

import json
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

# A case that ended its process this often is set aside.
MOST_DEATHS = 3


class State(StrEnum):
    """begun → done | refused | died | stopped; died three times → poison."""

    BEGUN = "begun"
    DONE = "done"
    REFUSED = "refused"
    DIED = "died"
    STOPPED = "stopped"
    POISON = "poison"


ENDED = frozenset({State.DONE, State.REFUSED, State.POISON})


@dataclass(frozen=True, slots=True)
class Journal:
    """A file of JSON lines; `run` is the hash of the plan and of all versions.

    A line holds names of cases as the folder has them, so it stays beside the results.
    """

    path: Path
    run: str

    def write(self, case: str, state: State, **facts: Any) -> None:
        """Append a line."""
        line = {"run": self.run, "case": case, "state": str(state), **facts}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with _WRITING, self.path.open("a", encoding="utf-8") as file:
            # A killed command leaves half a line, which must not swallow this one.
            file.write("\n" + json.dumps(line, ensure_ascii=False))

    def ended(self) -> dict[str, dict[str, Any]]:
        """Return the last line of each case that ended in this run."""
        last = {str(line["case"]): line for line in self._own()}
        return {case: line for case, line in last.items() if line["state"] in ENDED}

    def deaths(self) -> Mapping[str, int]:
        """Return how often each case ended its process, or was cut together with the command."""
        count: Counter[str] = Counter()
        begun: Counter[str] = Counter()
        for line in self._own():
            case = str(line["case"])
            begun[case] += 1 if line["state"] == State.BEGUN else -1
            count[case] += line["state"] == State.DIED
            if line["state"] in ENDED:
                count[case] = begun[case] = 0
        return count + Counter({case: n for case, n in begun.items() if n > 0})

    def costs(self) -> Iterator[dict[str, Any]]:
        """Yield the measured lines of every run in this folder."""
        yield from (line for line in self._lines() if line.get("seconds"))

    def _own(self) -> Iterator[dict[str, Any]]:
        yield from (line for line in self._lines() if line.get("run") == self.run)

    def _lines(self) -> Iterator[dict[str, Any]]:
        if not self.path.is_file():
            return
        with self.path.open(encoding="utf-8", errors="replace") as file:
            for text in file:
                try:
                    line = json.loads(text)
                except ValueError:
                    continue
                if isinstance(line, dict) and {"run", "case", "state"} <= set(line):
                    yield line


_WRITING = threading.Lock()
