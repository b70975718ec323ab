"""Tables of the full reader: the root of an attempt, and all that came back from it."""

from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, false, true
from sqlalchemy.orm import Mapped, mapped_column

from renkei.dicomweb.server.tables import Root
from renkei.people.server.tables import User
from renkei.server.actor import Actor, Role
from renkei.server.db import Table
from renkei.subjects.server.tables import Site, Subject


class _Own(Table):
    __abstract__ = True

    subject_id: Mapped[UUID] = mapped_column(ForeignKey(Subject.id), index=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey(Site.id), index=True)
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("annotate_attempt.id"), index=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id))
    root_id: Mapped[UUID] = mapped_column(ForeignKey(Root.id), index=True)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show what somebody draws to nobody else."""
        if actor.role is Role.SYSTEM:
            return true()
        return cls.user_id == UUID(actor.id) if actor.role is Role.READER else false()


class AttemptRoot(_Own):
    """A root that was opened to draw in an attempt, under the lease of that moment."""

    __tablename__ = "annotate_root"

    lease: Mapped[UUID]


class ReturnedObject(_Own):
    """An object as a full reader sent it; kept whether or not it could be taken.

    `refused` is the code of the refusal, `seq` the last stroke after it was taken.
    """

    __tablename__ = "annotate_returned"

    object_id: Mapped[UUID]
    sha256: Mapped[str]
    sop_class_uid: Mapped[str]
    sop_uid: Mapped[str]
    refused: Mapped[str | None] = mapped_column(default=None)
    why: Mapped[str | None] = mapped_column(default=None)
    seq: Mapped[int | None] = mapped_column(default=None)
