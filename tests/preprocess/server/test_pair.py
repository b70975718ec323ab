"""The real CT and MR of one patient become two images on one grid."""

from tests.preprocess.server.test_run import PAIR

from renkei.imaging.nifti import read_nifti
from renkei.preprocess.server.plans import keep_plan
from renkei.preprocess.server.start import start_run
from renkei.server.storage import load


async def test_the_real_pair_is_aligned_and_stored(
    session, site_a, add_subject, add_series, real_ct, real_mr, run_jobs
) -> None:
    plan = await keep_plan(session, toml=PAIR)
    subject = await add_subject(site_a)
    ct, mr = await add_series(subject, real_ct.image), await add_series(subject, real_mr.image)
    run = await start_run(
        session, plan=plan, series_id=ct.id, pair_series_id=mr.id, with_labels=False
    )
    await session.commit()
    await run_jobs()
    await session.refresh(run)
    assert run.state == "done", run.sentence
    one = read_nifti(await load(session, run.image_object_id), modality="CT")
    two = read_nifti(await load(session, run.pair_image_object_id), modality="MR")
    assert one.geometry.close_to(two.geometry)
    assert run.record["steps"][-1]["measures"]["nmi_after"] > 1.2
