"""What crosses the wire beside DICOM's own forms."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from renkei.dicomweb.server.roots import MOST_IMAGES
from renkei.dicomweb.server.tables import Purpose
from renkei.server.web import In, Out

Ids = Annotated[list[UUID], Field(max_length=MOST_IMAGES)]


class RootIn(In):
    """Which images to open; `purpose` task hides whose they are."""

    series: Ids = Field(default_factory=list)
    slides: Ids = Field(default_factory=list)
    purpose: Purpose = Purpose.VIEW


class RootOut(Out):
    """An open root: its images lie below `path`, for the cookie that came with this answer."""

    id: UUID
    path: str
    purpose: Purpose
    expires_at: datetime
