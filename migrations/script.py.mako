"""${message}."""

from alembic import op
import sqlalchemy as sa
${imports if imports else ""}
from renkei.server import queue

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    ${(upgrades if upgrades else "pass").replace("op.execute('-- queue')", "op.execute(queue.schema())")}
