"""What an OpenID provider says of a user, and whether to believe it."""

from collections.abc import Mapping
from dataclasses import dataclass

from renkei.errors import UnauthenticatedError


class ClaimsRefusedError(UnauthenticatedError):
    """The provider's answer does not say who signed in."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A user at a provider; `email` only where the provider has verified it."""

    subject: str
    email: str | None


def identity_of(claims: Mapping[str, object]) -> Identity:
    """Return who the claims of a checked ID token speak of.

    The subject is kept with its issuer: `sub` alone is unique only within one provider.

    Raises:
        ClaimsRefusedError: Issuer or subject is missing.
    """
    issuer, subject = claims.get("iss"), claims.get("sub")
    if not isinstance(issuer, str) or not isinstance(subject, str) or not issuer or not subject:
        raise ClaimsRefusedError(
            "The provider does not say who signed in; the operator lets it send the address."
        )
    email = claims.get("email")
    verified = claims.get("email_verified") in {True, "true"}
    return Identity(f"{issuer}|{subject}", email if isinstance(email, str) and verified else None)
