"""What hospitals send: small files made in code, manifests, and an open batch."""

import gzip
import io
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from blake3 import blake3
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.collect.kinds import DATA_TYPES
from renkei.collect.server.batch import Opened, open_batch
from renkei.consent.allow import Use
from renkei.consent.server.agree import add_agreement
from renkei.consent.server.approve import add_approval
from renkei.people.server.organisation import add_organisation
from renkei.people.server.tables import OrganisationKind
from renkei.proof.batch import BatchManifest, SentConsent, SentFile, SentSubject

TODAY = datetime.now(UTC).date()
# A gigabyte of zeros in a megabyte, made of one piece again and again.
BOMB = gzip.compress(bytes(16 << 20), 9) * 70


def ct_slice(
    pseudonym: str = "P1",
    *,
    series: str = "2.25.11",
    study: str = "2.25.10",
    sop: str | None = None,
    number: int = 1,
    fill: int = 40,
    **more: Any,
) -> bytes:
    """Return one CT slice of 8 × 8 as a DICOM file."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = CTImageStorage
    uid = sop or generate_uid(entropy_srcs=[pseudonym, series, str(number)])
    meta.MediaStorageSOPInstanceUID = uid
    dataset = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.update(
        {
            "SOPClassUID": CTImageStorage,
            "SOPInstanceUID": uid,
            "SeriesInstanceUID": series,
            "StudyInstanceUID": study,
            "PatientID": pseudonym,
            "Modality": "CT",
            "BodyPartExamined": "ABDOMEN",
            "StudyDate": "20240219",
            "InstanceNumber": number,
            "ConvolutionKernel": ["Br38f", "3"],
            "SliceThickness": 3,
            "Rows": 8,
            "Columns": 8,
            "BitsAllocated": 16,
            "BitsStored": 12,
            "HighBit": 11,
            "PixelRepresentation": 0,
            "SamplesPerPixel": 1,
            "PhotometricInterpretation": "MONOCHROME2",
            **more,
        }
    )
    dataset.PixelData = np.full((8, 8), fill, np.uint16).tobytes()
    out = io.BytesIO()
    dataset.save_as(out, enforce_file_format=True)
    return out.getvalue()


def subject(
    pseudonym: str = "P1", *, consent: bool = True, data_types: Sequence[str] = DATA_TYPES
) -> SentSubject:
    """Return a subject of a manifest."""
    given = SentConsent("opt_in", "1.0", True, tuple(data_types), True)
    return SentSubject(
        pseudonym=pseudonym,
        consent=given if consent else None,
        in_approval_period=True,
        in_opt_out_window=True,
        adult=True,
        age=61,
        sex="F",
        year=1963,
        made=False,
    )


@dataclass
class Sending:
    """A manifest in the making; `add` gives the number of the file."""

    site: UUID
    approval: str = "EC-1"
    agreement: str = "AG-1"
    tool: str = "0.1.0"
    subjects: list[SentSubject] = field(default_factory=lambda: [subject()])
    files: list[SentFile] = field(default_factory=list)

    def add(
        self,
        data: bytes,
        kind: str = "dicom",
        *,
        subject: str | None = "P1",
        refers: dict[str, str] | None = None,
        sop_uid: str | None = None,
    ) -> int:
        """Name a file in the manifest."""
        n = len(self.files) + 1
        digest = blake3(data).hexdigest()
        self.files.append(SentFile(n, kind, digest, len(data), subject, sop_uid, refers))
        return n

    def manifest(self) -> BatchManifest:
        """Return the manifest."""
        return BatchManifest(
            site=self.site,
            tool=self.tool,
            approval=self.approval,
            agreement=self.agreement,
            rules_sha256="0" * 64,
            key_fingerprint="k1",
            subjects=tuple(self.subjects),
            files=tuple(self.files),
        )


@pytest.fixture
async def permitted(session: AsyncSession, site_a: Any) -> None:
    """Put an approval and a contract of the first hospital on record."""
    await permit(session, site_a.id)


async def permit(session: AsyncSession, site: UUID, *, number: str = "1", days: int = 365) -> None:
    """Put an approval and a contract on record that run `days` more days."""
    await add_organisation(session, kind=OrganisationKind.OPERATOR, name="Operator")
    await add_approval(
        session,
        committee="Ethics committee",
        number=f"EC-{number}",
        title="Liver lesions on CT",
        modalities=[],
        data_types=DATA_TYPES,
        purposes=list(Use),
        sites=[site],
        commercial=True,
        expires=TODAY + timedelta(days=days),
    )
    await add_agreement(
        session,
        site_id=site,
        number=f"AG-{number}",
        uses=[42],
        commercial=True,
        fee_share_bp=6000,
        starts=TODAY - timedelta(days=400),
        ends=TODAY + timedelta(days=365),
    )


@pytest.fixture
def sending(site_a: Any) -> Sending:
    """Return an empty manifest of the first hospital."""
    return Sending(site_a.id)


@pytest.fixture
def opened(session: AsyncSession, permitted: None) -> Callable[[Sending], Awaitable[Opened]]:
    """Return a function that opens the batch of a sending."""

    async def call(sending: Sending) -> Opened:
        return await open_batch(session, manifest=sending.manifest())

    return call
