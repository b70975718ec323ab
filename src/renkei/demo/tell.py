"""What went in and out of each step: a table for people, JSON Lines for programs."""

import json
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table

from renkei.errors import RenkeiError


class CountsDoNotCloseError(RenkeiError):
    """A step lost something: in is not out plus rejected."""


@dataclass
class Step:
    """One step: what came in, what went out, what was rejected and why, and other figures."""

    name: str
    came: int = 0
    out: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    more: dict[str, object] = field(default_factory=dict)
    seconds: float = 0.0

    def reject(self, reasons: Mapping[str, int]) -> None:
        """Add rejected things by reason."""
        for reason, count in reasons.items():
            if count:
                self.rejected[reason] = self.rejected.get(reason, 0) + count

    def close(self) -> None:
        """Check that nothing was lost.

        Raises:
            CountsDoNotCloseError: In is not out plus rejected.
        """
        if self.came != self.out + sum(self.rejected.values()):
            raise CountsDoNotCloseError(
                f"Step {self.name}: {self.came} in, {self.out} out, {self.rejected} rejected."
            )


class Teller:
    """Tell the story while it happens."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self.steps: list[Step] = []
        self.console = Console(stderr=True)

    @contextmanager
    def step(self, name: str, about: str) -> Iterator[Step]:
        """Time one step, check its counts and tell it."""
        if not self.as_json:
            self.console.print(f"[bold]{name}[/bold]  {about}")
        step = Step(name)
        started = time.monotonic()
        yield step
        step.seconds = round(time.monotonic() - started, 2)
        step.close()
        self.steps.append(step)
        if self.as_json:
            line = {
                "step": step.name,
                "in": step.came,
                "out": step.out,
                "rejected": step.rejected,
                "seconds": step.seconds,
                **step.more,
            }
            self.line(line)

    def line(self, value: Mapping[str, object]) -> None:
        """Print one JSON object on stdout."""
        sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")
        sys.stdout.flush()

    def begin(self, address: str) -> None:
        """Say where the web app can be watched while the story fills it."""
        if self.as_json:
            self.line({"begin": address})
        else:
            self.console.print(f"Watch it happen at [bold]{address}[/bold].")

    def end(self, address: str, peak_mb: float) -> None:
        """Say where the web app is open."""
        if self.as_json:
            self.line({"open": address, "peak_mb": round(peak_mb)})
            return
        self.table()
        self.console.print(f"The web app is open at [bold]{address}[/bold] (Ctrl-C ends it).")

    def table(self) -> None:
        """Print what went in and out of each step."""
        table = Table("step", "in", "out", "rejected", "seconds", "more", title="The line")
        for step in self.steps:
            why = ", ".join(f"{reason} {n}" for reason, n in sorted(step.rejected.items()))
            more = ", ".join(f"{key} {value}" for key, value in step.more.items())
            table.add_row(
                step.name, str(step.came), str(step.out), why, f"{step.seconds:.1f}", more
            )
        Console().print(table)
