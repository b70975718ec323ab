"""Identity on a slide: pictures in the file that show its paper label."""

from collections.abc import Sequence

from renkei.select.case import Case
from renkei.select.metric import SLIDES, Measured, Metric, not_applicable

# A macro image shows the whole glass, its label included.
SHOWING = ("label", "macro")


def sum_up(case: Case, _said: Sequence[object]) -> Measured:
    """Return how many pictures that may show a name or a number come with the slide."""
    if case.slide is None:
        return not_applicable("no_slide")
    held = {name: float(name in case.slide.associated) for name in SHOWING}
    return Measured(value=sum(held.values()), n=len(case.slide.associated), facts=held)


METRIC = Metric(
    "slide_identity", "pictures", SLIDES, worse="high", sum_up=sum_up, aspect="completeness"
)
