"""Objects through the door: by the template of their series where it holds, else the exact path."""

from dataclasses import replace
from mmap import mmap
from pathlib import Path

from blake3 import blake3

from renkei.deid.exact import Original
from renkei.deid.identifiers import Identifiers
from renkei.deid.mask import Cover
from renkei.deid.parse import MalformedError
from renkei.deid.pixels import Part
from renkei.deid.profile import Profile
from renkei.deid.pseudonym import PseudonymKey
from renkei.deid.result import Kind, Result, State, held
from renkei.deid.splice import Asked, Made, rewrite
from renkei.deid.template import Template
from renkei.deid.verify import faults
from renkei.deid.whole import read_whole

CAP = 32
SAMPLE = 256
MAX_HEADER = 1 << 18


class Series:
    """The templates of one run: those last used are kept, so memory stays flat."""

    def __init__(self) -> None:
        self._templates: list[Template] = []

    def clean(
        self, data: bytes | mmap, asked: Asked, original: Original | None = None
    ) -> tuple[Result, list[Part]]:
        """Return the answer and the parts of the clean object."""
        for at, template in enumerate(self._templates):
            done = template.apply(data) if template.asked == asked else None
            if done is None:
                continue
            if at:
                self._templates.insert(0, self._templates.pop(at))
            template.used += 1
            if template.used % SAMPLE == 1 and not _same(done, rewrite(data, asked)):
                self._templates.remove(template)
                return held(Kind.DICOM, "template_differs", subject=done[0].subject), []
            return done
        result, made = clean_exactly(data, asked, original)
        if made is None:
            return result, []
        parts = made.parts
        if made.parsed.starts and made.layout is not None and asked.cover is None:
            self._learn(data, made, asked)
        return result, parts

    def _learn(self, data: bytes | mmap, made: Made, asked: Asked) -> None:
        if made.parsed.starts[-1] > MAX_HEADER:
            return
        made.parts, changing = [], frozenset[int]()
        new = Template(data, made, asked, changing)
        for old in self._templates:
            if old.asked != asked or old.series != new.series:
                continue
            changing |= old.changing
            if old.skeleton != new.skeleton:
                continue
            differing = old.differing(new)
            if new.may_change(differing) and old.may_change(differing):
                changing |= differing
                self._templates.remove(old)
                break
        if changing:
            new = Template(data, made, asked, changing)
        if new.sound:
            self._templates.insert(0, new)
            del self._templates[CAP:]


def clean_exactly(
    data: bytes | mmap, asked: Asked, original: Original | None = None
) -> tuple[Result, Made | None]:
    """Take the exact path, and let pydicom read what it wrote."""
    made = rewrite(data, asked, original)
    if isinstance(made, Result):
        return made, None
    if wrong := faults(
        b"".join(part[:64] if n else part for n, part in enumerate(made.parts)),
        made.cleaner.profile,
    ):
        codes = (f"output_{code}" for code in wrong)
        return held(Kind.DICOM, *codes, subject=made.subject), None
    return made.result, made


def _same(done: tuple[Result, list[Part]], made: Made | Result) -> bool:
    return (
        isinstance(made, Made)
        and made.result == done[0]
        and b"".join(made.parts) == b"".join(done[1])
        and not faults(b"".join(done[1]), made.cleaner.profile)
    )


def deidentify(
    data: bytes,
    profile: Profile,
    key: PseudonymKey,
    *,
    patient: str | None = None,
    known: Identifiers | None = None,
    accept_pixels: bool = False,
    cover: Cover | None = None,
    series: Series | None = None,
) -> Result:
    """Return the object without its identity, or the reasons why it is held.

    `patient` overrides the patient ID (a linked identifier), `known` adds identifiers from other
    sources, `accept_pixels` is the word of a person who has looked at pictures that may show text,
    `cover` what is covered in the pictures of the series.
    `series` remembers what objects of one run share; the bytes are the same without it.
    """
    asked = Asked(profile, key, patient, known, accept_pixels, cover)
    if series is not None:
        result, parts = series.clean(data, asked)
    else:
        result, made = clean_exactly(data, asked)
        parts = made.parts if made else []
    return replace(result, data=b"".join(parts)) if result.state is State.CLEAN else result


def deidentify_dicom(
    path: Path, part: Path, asked: Asked, series: Series, original: Original | None = None
) -> Result:
    """Write the clean form of an object to `part`; `original` is what was read of it already."""
    try:
        data = read_whole(path, part.parent) if original is None else original.data
    except MalformedError as error:
        return held(Kind.DICOM, str(error.facts["reason"]))
    result, parts = series.clean(data, asked, original)
    if result.state is not State.CLEAN:
        return result
    mark = blake3()
    with part.open("wb", buffering=0) as out:
        for piece in parts:
            mark.update(piece)
            view = memoryview(piece)
            while view:
                view = view[out.write(view) :]
    return replace(result, blake3=mark.hexdigest())
