"""FHIR R4 bundles: check their structure and part them by patient."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec

from renkei.collect.kinds import MalformedError, SeveralSubjectsError, UnknownSubjectError
from renkei.collect.part import Part, Sent, refuse_archive

MAX_ENTRIES = 200_000
MAX_DEPTH = 40
DATES = ("effectiveDateTime", "onsetDateTime", "issued", "recordedDate", "authoredOn", "started")


class UnlinkedResourceError(MalformedError):
    """A resource of the bundle leads to no patient."""


class Entry(msgspec.Struct):
    """One member of a bundle; other members of an entry are read over."""

    resource: dict[str, Any]
    fullUrl: str | None = None  # noqa: N815  the name is FHIR's


class Bundle(msgspec.Struct, tag_field="resourceType", tag="Bundle"):
    """The part of a bundle that intake relies on."""

    type: str
    entry: list[Entry] = []


def part_fhir(sent: Sent) -> list[Part]:
    """Part a bundle by patient; what several patients share is copied to each of them.

    Raises:
        MalformedError: It is no FHIR bundle with resources.
        UnknownSubjectError: A patient carries no pseudonym of the manifest.
        SeveralSubjectsError: A resource speaks of two patients.
        UnlinkedResourceError: A resource leads to no patient.
    """
    refuse_archive(sent.data)
    bundle = _read(sent.data)
    names = _names(bundle)
    owners = _patients(bundle, sent)
    if not owners:
        raise UnknownSubjectError("No patient of the bundle carries a pseudonym of the manifest.")
    links = [_links(entry, names) for entry in bundle.entry]
    patients = set(owners)
    groups: dict[str, set[int]] = {}
    for index, owner in owners.items():
        groups.setdefault(owner, set()).add(index)
    for index, targets in enumerate(links):
        spoken_of = {owners[t] for t in targets & patients} | (
            {owners[index]} if index in owners else set()
        )
        if len(spoken_of) > 1:
            raise SeveralSubjectsError("A resource of the bundle speaks of two patients.")
        for owner in spoken_of:
            groups[owner].add(index)
    for members in groups.values():
        _close(members, links, patients)
    if len(set().union(*groups.values())) < len(bundle.entry):
        if len(groups) > 1:
            raise UnlinkedResourceError("A resource of the bundle leads to no patient.")
        groups = {owner: set(range(len(bundle.entry))) for owner in groups}
    return [_part(owner, bundle, groups[owner]) for owner in sorted(groups)]


def _read(data: bytes) -> Bundle:
    try:
        bundle = msgspec.json.decode(data, type=Bundle)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise MalformedError("The file is not a FHIR bundle.") from error
    kinds = [entry.resource.get("resourceType") for entry in bundle.entry]
    if not kinds or len(kinds) > MAX_ENTRIES or not all(isinstance(k, str) and k for k in kinds):
        raise MalformedError("The bundle holds no resources, or one without a type.")
    if "Bundle" in kinds:
        raise MalformedError("Bundles inside bundles are not taken; send them one by one.")
    return bundle


def _names(bundle: Bundle) -> dict[str, int]:
    names: dict[str, int] = {}
    for index, entry in enumerate(bundle.entry):
        own = entry.resource.get("id")
        if isinstance(own, str):
            names[f"{entry.resource['resourceType']}/{own}"] = index
        if entry.fullUrl:
            names[entry.fullUrl] = index
    return names


def _patients(bundle: Bundle, sent: Sent) -> dict[int, str]:
    found: dict[int, str] = {}
    for index, entry in enumerate(bundle.entry):
        if entry.resource["resourceType"] != "Patient":
            continue
        said = {entry.resource.get("id")} | {
            i.get("value") for i in entry.resource.get("identifier") or [] if isinstance(i, dict)
        }
        names = {name for name in said if isinstance(name, str) and name in sent.known}
        if len(names) != 1 or (sent.subject is not None and names != {sent.subject}):
            raise UnknownSubjectError("A patient of the bundle is not in the manifest.")
        found[index] = names.pop()
    return found


def _links(entry: Entry, names: dict[str, int]) -> set[int]:
    return {names[r] for r in _references(entry.resource, 0) if r in names}


def _references(value: object, depth: int) -> Iterator[str]:
    if depth > MAX_DEPTH:
        raise MalformedError("The bundle is nested too deeply.")
    if isinstance(value, dict):
        reference = value.get("reference")
        if isinstance(reference, str):
            yield reference
        for inner in value.values():
            yield from _references(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner, depth + 1)


def _close(members: set[int], links: list[set[int]], patients: set[int]) -> None:
    waiting = list(members)
    while waiting:
        for target in links[waiting.pop()] - members - patients:
            members.add(target)
            waiting.append(target)


def _part(owner: str, bundle: Bundle, members: set[int]) -> Part:
    resources = [bundle.entry[index].resource for index in sorted(members)]
    counts: dict[str, int] = {}
    for resource in resources:
        kind = str(resource["resourceType"])
        counts[kind] = counts.get(kind, 0) + 1
    content = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"resource": bundle.entry[i].resource}
            | ({"fullUrl": bundle.entry[i].fullUrl} if bundle.entry[i].fullUrl else {})
            for i in sorted(members)
        ],
    }
    days = [day for resource in resources for day in _days(resource)]
    data = msgspec.json.encode(content)
    return Part(owner, data, "fhir+json", {"resources": counts}, min(days, default=None))


def _days(resource: dict[str, Any]) -> Iterator[date]:
    for name in DATES:
        value = resource.get(name)
        if isinstance(value, str) and len(value) >= 10:
            try:
                yield date.fromisoformat(value[:10])
            except ValueError:
                continue
