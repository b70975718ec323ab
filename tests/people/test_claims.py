"""OpenID: whom the provider's claims speak of, and tokens that are not for us."""

import time

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from renkei.people.claims import ClaimsRefusedError, Identity, identity_of
from renkei.people.server.oidc import check_token

ISSUER = "https://login.example.org"
KEY = RSAKey.generate_key(2048, {"kid": "1"})


@pytest.mark.parametrize(
    ("claims", "identity"),
    [
        ({"iss": "a", "sub": "1"}, Identity("a|1", None)),
        ({"iss": "b", "sub": "1"}, Identity("b|1", None)),
        ({"iss": "a", "sub": "1", "email": "x@y"}, Identity("a|1", None)),
        ({"iss": "a", "sub": "1", "email": "x@y", "email_verified": False}, Identity("a|1", None)),
        ({"iss": "a", "sub": "1", "email": "x@y", "email_verified": True}, Identity("a|1", "x@y")),
    ],
)
def test_an_address_counts_only_when_the_provider_verified_it(claims, identity):
    assert identity_of(claims) == identity


@pytest.mark.parametrize("claims", [{}, {"iss": "a"}, {"sub": "1"}, {"iss": "a", "sub": ""}])
def test_nobody_is_nobody(claims):
    with pytest.raises(ClaimsRefusedError):
        identity_of(claims)


def token(key=KEY, **change):
    now = int(time.time())
    claims = {"iss": ISSUER, "sub": "1", "aud": "us", "nonce": "n", "iat": now, "exp": now + 60}
    return jwt.encode({"alg": "RS256", "kid": "1"}, claims | change, key)


def check(text):
    keys = KeySet([KEY])
    return check_token(text, keys, issuer=ISSUER, client_id="us", nonce="n")


def test_a_token_for_us_is_taken():
    assert check(token())["sub"] == "1"


@pytest.mark.parametrize(
    "change", [{"iss": "x"}, {"aud": "them"}, {"nonce": "x"}, {"exp": 1000}, {"sub": None}]
)
def test_a_token_for_others_or_too_late_is_refused(change):
    with pytest.raises(ClaimsRefusedError):
        identity_of(check(token(**change)))


def test_a_token_of_another_key_is_refused():
    other = RSAKey.generate_key(2048, {"kid": "1"})
    with pytest.raises(ClaimsRefusedError):
        check(token(other))
    with pytest.raises(ClaimsRefusedError):
        check("not.a.token")
