"""Callbacks are believed only with the secret."""

import hmac

import pytest

from triaged.errors import Unauthorized
from triaged.integrations import Callback
from triaged.integrations.common.signatures import check_hmac, check_token
from triaged.wire import Secret

KEY = Secret("s3cret")
BODY = b'{"a": 1}'


def signed(body: bytes = BODY, key: bytes = b"s3cret") -> Callback:
    return Callback({"x-sig": f"sha256={hmac.digest(key, body, 'sha256').hex()}"}, BODY)


def test_signature_of_the_body_holds() -> None:
    check_hmac(signed(), "X-Sig", KEY)


@pytest.mark.parametrize(
    "callback",
    [
        signed(key=b"guess"),
        signed(body=b"other"),
        Callback({}, BODY),
        Callback({"x-sig": ""}, BODY),
        Callback({"x-sig": "sha256=\udcff"}, BODY),
        Callback({"x-sig": "sha1=abc"}, BODY),
    ],
)
def test_any_other_signature_does_not(callback: Callback) -> None:
    with pytest.raises(Unauthorized):
        check_hmac(callback, "X-Sig", KEY)


@pytest.mark.parametrize("secret", [None, Secret("")])
def test_without_a_secret_nothing_is_believed(secret: Secret | None) -> None:
    with pytest.raises(Unauthorized, match="webhook_secret"):
        check_hmac(signed(key=b""), "X-Sig", secret)
    with pytest.raises(Unauthorized, match="webhook_secret"):
        check_token(Callback({"x-token": ""}, BODY), "X-Token", secret)


def test_token_is_compared_whole() -> None:
    check_token(Callback({"x-token": "s3cret"}, BODY), "X-Token", KEY)
    for given in ("s3cre", "s3crett", "", "S3CRET"):
        with pytest.raises(Unauthorized):
            check_token(Callback({"x-token": given}, BODY), "X-Token", KEY)
