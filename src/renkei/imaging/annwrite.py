"""Outlines in level-0 pixels → microscopy bulk annotations (ANN, PS3.3 A.87)."""

from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from itertools import groupby
from typing import Any

import numpy as np
from pydicom import Dataset
from pydicom.uid import generate_uid

from renkei import __version__
from renkei.imaging.ann import AnnotationsRefusedError
from renkei.imaging.codes import MORPHOLOGICALLY_ABNORMAL, Code
from renkei.imaging.outlines import Kind, Outline, Ring
from renkei.plugins import need_extra

_GRAPHICS: Mapping[Kind, str] = {
    Kind.POLYGON: "POLYGON",
    Kind.RECTANGLE: "RECTANGLE",
    Kind.POINT: "POINT",
    Kind.RULER: "POLYLINE",
}


def ann_losses(outlines: Sequence[Outline]) -> tuple[str, ...]:
    """Return what ANN cannot hold of these outlines, in sentences."""
    said = []
    if any(len(outline.rings) > 1 for outline in outlines):
        said.append("ANN has no holes: polygons with holes are cut into pieces of the same area.")
    if any(outline.parent for outline in outlines):
        said.append("ANN has no hierarchy: what lies in which region is not written.")
    if any(outline.kind is Kind.ANNOTATED for outline in outlines):
        said.append("Boxes that are annotated throughout are no finding: they are left out.")
    return tuple(said)


def write_ann(outlines: Sequence[Outline], source: Dataset, codes: Mapping[str, Code]) -> bytes:
    """Return one ANN object; `source` is the slide's image of full size, `codes` by class.

    Places are doubles in its total pixel matrix. `ann_losses` says what is not in it.

    Raises:
        AnnotationsRefusedError: Nothing is left to write, or a class has no code.
    """
    need_extra("imaging", "highdicom")
    import highdicom as hd

    groups = [
        _group(number, name, Kind(kind), list(members), codes)
        for number, ((name, kind), members) in enumerate(
            groupby(sorted(_plain(outlines), key=_class), key=_class), start=1
        )
    ]
    if not groups:
        raise AnnotationsRefusedError("There is nothing that an annotation object can hold.")
    made: Dataset = hd.ann.MicroscopyBulkSimpleAnnotations(
        source_images=[source],
        annotation_coordinate_type="2D",
        pixel_origin_interpretation="VOLUME",
        annotation_groups=groups,
        series_instance_uid=generate_uid(),
        series_number=902,
        sop_instance_uid=generate_uid(),
        instance_number=1,
        manufacturer="Renkei",
        manufacturer_model_name="Renkei",
        software_versions=__version__,
        device_serial_number="0",
    )
    out = BytesIO()
    made.save_as(out)
    return out.getvalue()


def _class(outline: Outline) -> tuple[str, str]:
    return outline.name, outline.kind.value


def _plain(outlines: Sequence[Outline]) -> Iterator[Outline]:
    for outline in outlines:
        if outline.kind in _GRAPHICS:
            pieces = [outline.rings[0]] if len(outline.rings) == 1 else split(outline.rings)
            for ring in pieces:
                yield Outline(outline.name, (ring,), kind=outline.kind)


def _group(
    number: int, name: str, kind: Kind, members: Sequence[Outline], codes: Mapping[str, Code]
) -> Any:
    import highdicom as hd

    code = codes.get(name)
    if code is None:
        raise AnnotationsRefusedError("A class has no code; take a vocabulary that names it.")
    end = None if kind in {Kind.POINT, Kind.RULER} else -1  # PS3.3: the first is not repeated
    return hd.ann.AnnotationGroup(
        number=number,
        uid=generate_uid(),
        label=name,
        annotated_property_category=_concept(MORPHOLOGICALLY_ABNORMAL),
        annotated_property_type=_concept(code),
        graphic_type=_GRAPHICS[kind],
        graphic_data=[np.array(o.rings[0][:end], dtype=np.float64) for o in members],
        algorithm_type="MANUAL",
    )


def _concept(code: Code) -> Any:
    from pydicom.sr.coding import Code as Concept

    return Concept(code.value, code.scheme, code.meaning)


def split(rings: Sequence[Ring]) -> list[Ring]:
    """Return closed rings without holes that cover the same area: a cut goes through each hole."""
    import shapely

    waiting, found = [shapely.Polygon(rings[0], rings[1:])], []
    while waiting:
        polygon = waiting.pop()
        if not polygon.interiors:
            found.append(tuple((float(x), float(y)) for x, y in polygon.exterior.coords))
            continue
        left, top, right, bottom = polygon.bounds
        cut = polygon.interiors[0].centroid.x
        for half in (
            shapely.box(left, top, cut, bottom),
            shapely.box(cut, top, right, bottom),
        ):
            part = polygon.intersection(half)
            waiting += [one for one in shapely.get_parts(part) if one.geom_type == "Polygon"]
    return found
