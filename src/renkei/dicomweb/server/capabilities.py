"""What the services can do, as they say it themselves (PS3.18 8.9) and as the docs print it."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement, tostring

from pydicom.datadict import keyword_for_tag

from renkei.dicomweb.server.match import FUZZY_NAME, MATCHES, Level
from renkei.dicomweb.server.search import EXTRA

WADL = "application/vnd.sun.wadl+xml"
_NAMESPACE = "http://wadl.dev.java.net/2009/02"
DICOM_JSON = "application/dicom+json"
# Method, path below a root, media types of the answer.
RESOURCES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("GET", "studies", (DICOM_JSON,)),
    ("GET", "series", (DICOM_JSON,)),
    ("GET", "instances", (DICOM_JSON,)),
    ("GET", "studies/{study}/series", (DICOM_JSON,)),
    ("GET", "studies/{study}/instances", (DICOM_JSON,)),
    ("GET", "studies/{study}/series/{series}/instances", (DICOM_JSON,)),
    *(
        ("GET", f"{place}{suffix}", kinds)
        for place in (
            "studies/{study}",
            "studies/{study}/series/{series}",
            "studies/{study}/series/{series}/instances/{instance}",
        )
        for suffix, kinds in (
            ("", ("multipart/related; type=application/dicom",)),
            ("/metadata", (DICOM_JSON,)),
            ("/thumbnail", ("image/jpeg",)),
        )
    ),
    *(
        ("GET", f"studies/{{study}}/series/{{series}}/instances/{{instance}}/{suffix}", kinds)
        for suffix, kinds in (
            ("frames", ("multipart/related", "application/octet-stream")),
            ("frames/{frames}", ("multipart/related", "application/octet-stream")),
            ("bulkdata/{tag}", ("multipart/related", "application/octet-stream")),
            ("rendered", ("image/jpeg", "image/png")),
            ("frames/{frame}/rendered", ("image/jpeg", "image/png")),
        )
    ),
    ("POST", "studies", (DICOM_JSON,)),
)
_LEVEL_OF = {"studies": Level.STUDIES, "series": Level.SERIES, "instances": Level.INSTANCES}


def search_keys(level: Level) -> Iterator[str]:
    """Yield the keywords that a search of a level matches."""
    for tag in sorted(MATCHES[level]):
        if tag != FUZZY_NAME:
            yield keyword_for_tag(tag)


def wadl(base: str) -> bytes:
    """Return the capabilities of a root as WADL."""
    application = Element("application", xmlns=_NAMESPACE)
    resources = SubElement(application, "resources", base=base)
    for verb, path, kinds in RESOURCES:
        resource = SubElement(resources, "resource", path=path)
        method = SubElement(resource, "method", name=verb)
        request = SubElement(method, "request")
        if verb == "POST":
            SubElement(
                request, "representation", mediaType="multipart/related; type=application/dicom"
            )
        last = path.rpartition("/")[2]
        if verb == "GET" and last in _LEVEL_OF:
            names = [*search_keys(_LEVEL_OF[last]), "limit", "offset", "includefield"]
            for name in [*names, "fuzzymatching"]:
                SubElement(request, "param", name=name, style="query")
        for status in ("200", "202 409") if verb == "POST" else ("200",):
            response = SubElement(method, "response", status=status)
            for kind in kinds:
                SubElement(response, "representation", mediaType=kind)
    found: bytes = tostring(application, xml_declaration=True, encoding="utf-8")
    return found


def extra_keys() -> list[str]:
    """Return the keywords that only `includefield` brings."""
    return [keyword_for_tag(tag) for tag in sorted(EXTRA)]
