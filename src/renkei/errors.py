"""The tree of refusals: one root, a status for the web and an exit code for the shell.

RenkeiError
├── UsageError                 the call itself is wrong
│   └── MissingExtraError      a part of the installation is missing
├── DataRefusedError           the data cannot be taken
│   ├── TooLargeError          over a stated limit
│   └── TimeLimitError         not done within its time
├── NotFoundError              there is no such thing, or none that the caller may see
├── ConflictError              it stands against something that is already so
├── UnauthenticatedError       nobody is signed in
├── ForbiddenError             signed in, without the right
└── PeerUnreachableError       another system does not answer
"""

import re
from typing import ClassVar


class RenkeiError(Exception):
    """Say in one sentence what went wrong and what to do.

    `facts` are counts, codes and UUIDs for programs; never a name, number or date of a patient.
    """

    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1

    def __init__(self, sentence: str, **facts: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.facts = facts

    def __reduce__(self) -> tuple[object, ...]:
        """Keep the facts when the error crosses from a child process."""
        return _rebuild, (type(self), self.sentence, self.facts)

    @property
    def code(self) -> str:
        """Return the name that translations and programs use, such as `already_held`."""
        name = type(self).__name__.removesuffix("Error")
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _rebuild(kind: type[RenkeiError], sentence: str, facts: dict[str, object]) -> RenkeiError:
    return kind(sentence, **facts)


class UsageError(RenkeiError):
    """The call itself is wrong."""

    status, exit_code = 400, 2


class MissingExtraError(UsageError):
    """A part of the installation is missing."""

    status = 501


class DataRefusedError(RenkeiError):
    """The data cannot be taken."""

    status, exit_code = 422, 3


class TooLargeError(DataRefusedError):
    """The data is over a stated limit."""

    status = 413


class TimeLimitError(DataRefusedError):
    """The work was not done within its time."""


class NotFoundError(RenkeiError):
    """There is no such thing, or none that the caller may see."""

    status, exit_code = 404, 4


class ConflictError(RenkeiError):
    """It stands against something that is already so."""

    status, exit_code = 409, 5


class UnauthenticatedError(RenkeiError):
    """Nobody is signed in."""

    status, exit_code = 401, 6


class ForbiddenError(RenkeiError):
    """The caller is signed in, without the right."""

    status, exit_code = 403, 6


class PeerUnreachableError(RenkeiError):
    """Another system does not answer."""

    status, exit_code = 502, 7
