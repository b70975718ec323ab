"""Mpp: bring a slide to a given size of its pixels, by one interpolation."""

from dataclasses import replace

from renkei.imaging.slide import open_slide
from renkei.preprocess.held import Kind, SlideScan
from renkei.preprocess.rescale import new_file, own_mpp, rescaled
from renkei.preprocess.slide_map import scaling
from renkei.preprocess.slides import write_slide
from renkei.preprocess.step import Done, Param, Params, Step, StepRefusedError

SAME = 1e-3
FINEST = 0.8


def mpp(scan: SlideScan, params: Params) -> Done:
    """Return the slide at `mpp` µm per pixel; one that has it already comes back as it is.

    Raises:
        StepRefusedError: The slide does not say its scale, or was not scanned that finely.
    """
    wanted = float(params["mpp"])
    with open_slide(scan.path) as slide:
        own = own_mpp(slide)
        if own is None:
            raise StepRefusedError(
                "The slide does not say how many micrometres a pixel covers.", code="mpp_unknown"
            )
        measures = {"mpp_before": own, "mpp_after": wanted}
        if wanted < FINEST * own:
            raise StepRefusedError(
                "The slide was not scanned that finely: use a larger mpp.",
                code="finer_than_scanned",
                **measures,
            )
        where = {"map.json": scaling(wanted / own).to_json()}
        if abs(wanted / own - 1) < SAME:
            return Done((scan,), {**measures, "mpp_after": own})
        canvas, block = rescaled(slide, wanted)
        path = new_file(scan.scratch, "mpp")
        write_slide(path, canvas, block)
    return Done((replace(scan, path=path),), measures, files=where)


STEP = Step(
    "mpp",
    params={"mpp": Param("number", 0.5, 0.1, 20.0, unit="µm per pixel")},
    run=mpp,
    on=Kind.SLIDE,
    interpolates=True,
)
