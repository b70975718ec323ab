"""Routes of publishing: datasets, versions with card, flow and representation, products."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy import select
from starlette.responses import HTMLResponse, JSONResponse, Response

from renkei.consent.server.workspace import find_workspace
from renkei.errors import NotFoundError
from renkei.publish.server import view
from renkei.publish.server.charts import flow_chart
from renkei.publish.server.dataset import lock_draft, open_dataset, open_draft
from renkei.publish.server.export import export_version
from renkei.publish.server.fill import add_ready_cases
from renkei.publish.server.joint import count_joint
from renkei.publish.server.schemas import (
    CaseOut,
    DatasetIn,
    DatasetOut,
    DiffOut,
    DraftIn,
    FilledOut,
    FillIn,
    FlowOut,
    JobOut,
    JointOut,
    ProductOut,
    RepresentOut,
    VersionDetailOut,
    VersionOut,
)
from renkei.publish.server.tables import Dataset, Product, VersionCase
from renkei.server.actor import Permission
from renkei.server.jobs import defer
from renkei.server.web import Db, Page, Params, gives, list_page, needs

router = APIRouter(prefix="/publish", tags=["publish"])
VIEW = needs(Permission.PUBLISH_VIEW)
Language = Annotated[Literal["ja", "en"], Query(description="The language of the page.")]
ForAll = Annotated[bool, Query(description="As everybody may see it.")]
Target = Annotated[str, Query(max_length=60, description="The name of an exporter.")]
DRAFT = needs(Permission.PUBLISH_DRAFT)


@router.get("/datasets", dependencies=VIEW)
async def list_datasets(session: Db, params: Params) -> Page[DatasetOut]:
    """List datasets."""
    columns = {
        "name": Dataset.name,
        "title_en": Dataset.title_en,
        "title_ja": Dataset.title_ja,
        "created_at": Dataset.created_at,
    }
    return await list_page(session, select(Dataset), columns=columns, params=params)


@router.post("/datasets", status_code=201, dependencies=DRAFT)
async def add_dataset(body: DatasetIn, session: Db) -> DatasetOut:
    """Open a dataset."""
    return DatasetOut.model_validate(await open_dataset(session, **body.model_dump()))


@router.get("/datasets/{dataset_id}", dependencies=VIEW)
async def get_dataset(dataset_id: UUID, session: Db) -> DatasetOut:
    """Return a dataset."""
    found = await session.scalar(select(Dataset).where(Dataset.id == dataset_id))
    if found is None:
        raise NotFoundError("There is no such dataset; choose one from the list.")
    return DatasetOut.model_validate(found)


@router.post("/datasets/{dataset_id}/drafts", status_code=201, dependencies=DRAFT)
async def add_draft(dataset_id: UUID, body: DraftIn, session: Db) -> VersionDetailOut:
    """Open the draft of the next version."""
    shares = body.model_dump(include={"train", "validation", "test"})
    version = await open_draft(session, dataset_id=dataset_id, shares=shares, sealed=body.sealed)
    return await view.version_detail(session, version.id)


@router.get("/versions", dependencies=VIEW)
async def list_versions(session: Db, params: Params) -> Page[VersionOut]:
    """List versions."""
    return await list_page(
        session,
        view.versions(),
        columns=view.COLUMNS,
        params=params,
        search=["dataset", "number", "version_hash"],
    )


@router.get("/versions/{version_id}", dependencies=VIEW)
async def get_version(version_id: UUID, session: Db) -> VersionDetailOut:
    """Return a version with its sides, audit and flow."""
    return await view.version_detail(session, version_id)


@router.get("/versions/{version_id}/cases", dependencies=VIEW)
async def list_cases(version_id: UUID, session: Db, params: Params) -> Page[CaseOut]:
    """List the cases of a version."""
    await view.find_version(session, version_id)
    columns = {
        "released_subject": VersionCase.released_subject,
        "released_case": VersionCase.released_case,
        "split": VersionCase.split,
        "made": VersionCase.made,
        "image_sha256": VersionCase.image_sha256,
        "image_size": VersionCase.image_size,
    }
    query = select(VersionCase).where(VersionCase.version_id == version_id)
    return await list_page(session, query, columns=columns, params=params)


@router.post("/versions/{version_id}/cases", dependencies=DRAFT)
async def fill_version(version_id: UUID, body: FillIn, session: Db) -> FilledOut:
    """Take every ready case into a draft, and say why the others stayed out."""
    return FilledOut.model_validate(
        await add_ready_cases(
            session, version_id=version_id, modality=body.modality, limit=body.limit
        )
    )


@router.post(
    "/versions/{version_id}/freeze",
    status_code=202,
    dependencies=needs(Permission.PUBLISH_FREEZE),
)
async def freeze(version_id: UUID, session: Db) -> JobOut:
    """Begin to freeze a draft."""
    await lock_draft(session, version_id=version_id)
    run = await defer(session, "publish.freeze", version_id=version_id)
    return JobOut(job_id=run.id)


@router.get("/versions/{version_id}/card", dependencies=VIEW, response_class=HTMLResponse)
async def get_card(
    version_id: UUID, session: Db, lang: Language = "ja", *, public: ForAll = False
) -> HTMLResponse:
    """Return the card as a page."""
    return HTMLResponse(await view.card(session, version_id, lang, public=public))


@router.get("/versions/{version_id}/card.json", dependencies=VIEW, **gives("application/ld+json"))
async def get_croissant(version_id: UUID, session: Db, *, public: ForAll = False) -> JSONResponse:
    """Return the card as Croissant 1.1 with RAI 1.0."""
    found = await view.card(session, version_id, "croissant", public=public)
    return JSONResponse(found, media_type="application/ld+json")


@router.get("/versions/{version_id}/flow", dependencies=needs(Permission.PUBLISH_DRAFT))
async def get_flow(version_id: UUID, session: Db) -> FlowOut:
    """Return how cases came from received to this version."""
    version = await view.find_version(session, version_id)
    boxes = (version.flow or {}).get("boxes", [])
    return FlowOut(boxes=boxes, chart=flow_chart(boxes))


@router.get("/versions/{version_id}/represent", dependencies=VIEW)
async def get_representation(version_id: UUID, session: Db) -> RepresentOut:
    """Return who is represented, beside the world where a reference is known."""
    return await view.representation(session, version_id)


@router.get("/versions/{version_id}/diff/{other_id}", dependencies=VIEW)
async def get_diff(version_id: UUID, other_id: UUID, session: Db) -> DiffOut:
    """Return what changed from one version to the other."""
    diff = await view.compare(session, version_id, other_id)
    files = [role for change in diff.changed for role in change.what]
    return DiffOut(
        step=diff.step,
        added=len(diff.added),
        removed=len(diff.removed),
        changed=len(diff.changed),
        moved=len(diff.moved),
        files={role: files.count(role) for role in sorted(set(files))},
    )


@router.get(
    "/versions/{version_id}/export",
    dependencies=needs(Permission.PUBLISH_EXPORT),
    **gives("application/x-tar"),
)
async def export(version_id: UUID, session: Db, to: Target = "nnunet") -> Response:
    """Return a version in another format as a tar; the sealed part stays out."""
    data = await export_version(session, version_id=version_id, to=to)
    disposition = {"Content-Disposition": 'attachment; filename="version.tar"'}
    return Response(data, media_type="application/x-tar", headers=disposition)


@router.get("/products", dependencies=VIEW)
async def list_products(session: Db, params: Params) -> Page[ProductOut]:
    """List what may be listed on the market, and what may not with the reason."""
    columns = {
        "kind": Product.kind,
        "name": Product.name,
        "hash": Product.hash,
        "listable": Product.listable,
        "created_at": Product.created_at,
    }
    return await list_page(session, select(Product), columns=columns, params=params)


@router.get("/workspaces/{workspace_id}", dependencies=needs(Permission.CONSENT_SHARE))
async def get_joint(workspace_id: UUID, session: Db) -> JointOut:
    """Count what came of a joint research, for those who share its workspace."""
    return await count_joint(session, await find_workspace(session, workspace_id))
