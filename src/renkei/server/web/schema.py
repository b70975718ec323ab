"""What crosses the wire: strict on the way in, read from rows on the way out."""

from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, ConfigDict

# A number in an address, as large as the database's integers are.
Number = Annotated[int, Path(ge=0, le=2**31 - 1)]


class In(BaseModel):
    """A request's body: unknown fields are refused, text is stripped and capped."""

    model_config = ConfigDict(
        extra="forbid", str_strip_whitespace=True, str_max_length=10_000, hide_input_in_errors=True
    )


class Out(BaseModel):
    """An answer, filled from a row's attributes."""

    model_config = ConfigDict(from_attributes=True)
