"""The card of a version: Croissant 1.1 with RAI 1.0 for programs, a page for people."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from renkei.publish.audit import Audit
from renkei.publish.cases import SIDES, Case
from renkei.publish.represent import Representation, hide_small

CROISSANT = "http://mlcommons.org/croissant/1.1"
RAI = "http://mlcommons.org/croissant/RAI/1.0"
MANIFEST_LINES = "manifest.jsonl"
NOT_RECORDED = "Not recorded."
SMALLEST_PUBLIC = 10
SPLIT_URLS = {
    "train": "cr:TrainingSplit",
    "validation": "cr:ValidationSplit",
    "test": "cr:TestSplit",
}


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What a card is written from; what is None or empty was not recorded and is said so.

    `coverage` are lines of `renkei.preprocess.clinical.coverage`: how much of each column of the
    standardised tables was mapped, by site, None for all.
    """

    name: str
    title: Mapping[str, str]
    description: str
    number: str
    version_id: str
    published: date
    cases: tuple[Case, ...]
    representation: Representation
    audit: Audit
    manifest_sha256: str
    manifest_size: int = 0
    flow: Mapping[str, Any] = field(default_factory=dict)
    sealed: bool = True
    licence: str = "https://schema.org/LimitedAvailability"
    url: str = "https://example.org/renkei"
    vocabulary: str | None = None
    plans: tuple[str, ...] = ()
    recipes: tuple[str, ...] = ()
    readers_per_case: int | None = None
    agreement: str | None = None
    years: str | None = None
    split_notes: tuple[str, ...] = ()
    coverage: tuple[Mapping[str, Any], ...] = ()

    @property
    def patients(self) -> dict[str, int]:
        """Return the patients per side, made and synthetic ones included."""
        sides = {case.subject: case.split or "" for case in self.cases}
        counts = Counter(sides.values())
        return {side: counts[side] for side in SIDES}

    @property
    def made(self) -> int:
        """Return the subjects whose anatomy was generated in code or synthesised."""
        return len({c.subject for c in self.cases if not c.counted})

    @property
    def classes(self) -> dict[str, int]:
        """Return the cases per label class."""
        found = Counter(k for c in self.cases for k in set(c.facts.get("label_classes") or ()))
        return dict(sorted(found.items()))


def croissant(facts: CardFacts, *, public: bool = False) -> dict[str, Any]:
    """Return the JSON-LD; the public one has neither files nor counts under ten."""
    document: dict[str, Any] = {
        "@context": _context(),
        "@type": "sc:Dataset",
        "conformsTo": [CROISSANT, RAI],
        "name": facts.name,
        "alternateName": [facts.title["ja"]],
        "description": facts.description or facts.title["en"],
        "license": facts.licence,
        "url": facts.url,
        "version": facts.number,
        "identifier": f"sha256:{facts.version_id}",
        "creator": {"@type": "sc:Organization", "name": "Renkei", "url": facts.url},
        "datePublished": facts.published.isoformat(),
        "inLanguage": ["en", "ja"],
        "citeAs": f"{facts.title['en']}, version {facts.number}, sha256:{facts.version_id}",
        "isLiveDataset": False,
    }
    document.update({f"rai:{name}": text for name, text in rai(facts, public=public).items()})
    if not public:
        document["distribution"] = _distribution(facts)
        document["recordSet"] = [_splits(), _files()]
    return document


def rai(facts: CardFacts, *, public: bool) -> dict[str, str]:
    """Return the RAI 1.0 properties, each from a record or `Not recorded.`."""
    shares = "; ".join(
        f"{axis.name}: "
        + ", ".join(
            f"{row['name']} {'<10' if row['patients'] is None else row['patients']}"
            for row in (hide_small(axis) if public else [_row(g) for g in axis.groups])
        )
        for axis in facts.representation.axes
        if axis.groups
    )
    made = f"{facts.made} subjects were generated in code and count in no figure about people."
    readers = facts.readers_per_case
    return {
        "dataCollection": "Images of routine care, de-identified inside the hospitals.",
        "dataCollectionType": "Secondary data from clinical systems.",
        "dataCollectionTimeframe": facts.years or NOT_RECORDED,
        "dataPreprocessingProtocol": "; ".join([*facts.plans, *_mapped(facts, public=public)])
        or NOT_RECORDED,
        "dataManipulationProtocol": "De-identified by PS3.15; names and UIDs are those of this "
        "version alone.",
        "dataAnnotationProtocol": (
            f"Vocabulary {facts.vocabulary}; two blinded readers, adjudicated and signed."
            if facts.vocabulary
            else NOT_RECORDED
        ),
        "dataAnnotationAnalysis": facts.agreement or NOT_RECORDED,
        "annotationsPerItem": str(readers) if readers else NOT_RECORDED,
        "dataBiases": shares or NOT_RECORDED,
        "dataLimitations": " ".join(_limits(facts) + ([made] if facts.made else [])),
        "dataUseCases": "Training and testing of segmentation models. Research use only.",
        "personalSensitiveInformation": "Health data of people under a pseudonym; not anonymous.",
        "dataSocialImpact": NOT_RECORDED,
        "dataReleaseMaintenancePlan": "After a withdrawal a successor version without the person "
        "is published and every holder is told.",
    }


def shown_coverage(facts: CardFacts, *, public: bool) -> list[dict[str, Any]]:
    """Return the lines of coverage; public ones name no site, and no count under ten rows."""
    if not public:
        return [dict(line) for line in facts.coverage]
    return [
        {**line, "mapped": None, "ambiguous": None, "unmapped": None}
        for line in facts.coverage
        if line["site"] is None and line["rows"] >= SMALLEST_PUBLIC
    ]


def _mapped(facts: CardFacts, *, public: bool) -> list[str]:
    return [
        f"{line['table']}.{line['column']}: {line['mapped_share']:.0%} of {line['rows']} rows "
        "standardised"
        for line in shown_coverage(facts, public=public)
        if line["site"] is None and line["mapped_share"] is not None
    ]


def _limits(facts: CardFacts) -> list[str]:
    told = [f"{c.name}: {', '.join(c.findings)}." for c in facts.audit.checks if c.findings]
    notes = [f"Split: {note}." for note in facts.split_notes]
    return told + notes or ["No finding of the leak audit."]


def _row(group: Any) -> dict[str, Any]:
    return {"name": group.name, "patients": group.patients}


def _distribution(facts: CardFacts) -> list[dict[str, Any]]:
    return [
        {
            "@type": "cr:FileObject",
            "@id": "manifest",
            "name": "manifest",
            "description": "Every file with its size, hash, role, subject and side.",
            "contentUrl": MANIFEST_LINES,
            "contentSize": f"{facts.manifest_size} B",
            "encodingFormat": "application/jsonlines",
            "sha256": facts.manifest_sha256,
        }
    ]


def _splits() -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": "splits",
        "name": "splits",
        "dataType": "cr:Split",
        "key": {"@id": "splits/name"},
        "field": [
            _field("splits/name", "sc:Text"),
            _field("splits/url", "sc:URL"),
        ],
        "data": [{"splits/name": name, "splits/url": SPLIT_URLS[name]} for name in SIDES],
    }


def _files() -> dict[str, Any]:
    fields = [
        _field(f"files/{name}", "sc:Text", column=name)
        for name in ("path", "sha256", "role", "subject")
    ]
    side = _field("files/split", "sc:Text", column="split")
    side["references"] = {"field": {"@id": "splits/name"}}
    return {
        "@type": "cr:RecordSet",
        "@id": "files",
        "name": "files",
        "description": "Role `image` is a NIfTI volume; role `labels` a segmentation mask.",
        "key": {"@id": "files/path"},
        "field": [*fields, side],
    }


def _field(name: str, kind: str, *, column: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {"@type": "cr:Field", "@id": name, "name": name, "dataType": kind}
    if column:
        found["source"] = {"fileObject": {"@id": "manifest"}, "extract": {"column": column}}
    return found


def _context() -> dict[str, Any]:
    """Return the JSON-LD context of the Croissant 1.1 specification."""
    plain = (
        "arrayShape citeAs column containedIn equivalentProperty extract field fileProperty "
        "fileObject fileSet format includes isArray isLiveDataset jsonPath key md5 parentField "
        "path recordSet references regex repeated replace samplingRate separator source subField "
        "transform"
    )
    context: dict[str, Any] = {name: f"cr:{name}" for name in plain.split()}
    return context | {
        "@language": "en",
        "@vocab": "https://schema.org/",
        "conformsTo": "dct:conformsTo",
        "cr": "http://mlcommons.org/croissant/",
        "rai": "http://mlcommons.org/croissant/RAI/",
        "data": {"@id": "cr:data", "@type": "@json"},
        "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
        "dct": "http://purl.org/dc/terms/",
        "description": {"@container": "@language"},
        "examples": {"@id": "cr:examples", "@type": "@json"},
        "name": {"@container": "@language"},
        "sc": "https://schema.org/",
    }
