"""What intake announces."""

from dataclasses import dataclass
from uuid import UUID

from renkei.server.events import Event


@dataclass(frozen=True)
class SeriesReceived(Event):
    """A batch that brought files of a series is closed, so the series is as whole as it gets."""

    series_id: UUID


@dataclass(frozen=True)
class SlideReceived(Event):
    """A slide is stored."""

    slide_id: UUID


@dataclass(frozen=True)
class RecordReceived(Event):
    """A table, FHIR bundle, gene file, label or report of one subject is stored."""

    record_id: UUID


@dataclass(frozen=True)
class BatchClosed(Event):
    """Every file of a batch is stored or in quarantine."""

    batch_id: UUID
