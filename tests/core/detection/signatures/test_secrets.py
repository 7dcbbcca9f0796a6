import base64
import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.detection.signatures.secrets import from_base64, secrets_in
from fireline.core.detection.signatures.telling import CannotTell

# Put together here, so that no scanner of this repository takes them for real ones.
KEY_ID = "AKIA" + "IOSFODNN7EXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG" + "/bPxRfiCYEXAMPLEKEY"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"export AWS_ACCESS_KEY_ID={KEY_ID}", "an AWS access key"),
        (f"aws_secret_access_key = {SECRET}", "an AWS secret key"),
        (f'"SecretAccessKey": "{SECRET}"', "an AWS secret key"),
        ("-----BEGIN RSA PRIVATE " + "KEY-----", "a private key"),
        ("-----BEGIN PRIVATE " + "KEY-----", "a private key"),
        ("git clone https://x:ghp_" + "a1" * 18 + "@github.com/x/y", "a GitHub token"),
        ("xoxb-" + "1234567890-abc", "a Slack token"),
        ("sk_live_" + "a1" * 12, "a Stripe key"),
        ("postgres://app:correct-horse@db/shop", "a password in an address"),
        ("password=correct-horse", "a password"),
        ("DB_PASSWORD: 'correct-horse'", "a password"),
        ("mysql -u root --password correct-horse", "a password"),
        ('{"api_key": "0123456789abcdef"}', "a password"),
    ],
)
def test_credentials_in_a_text_are_told_by_kind_and_line_and_never_shown(text: str, kind: str):
    found = secrets_in(f"#!/bin/sh\n{text}\n")
    assert f"{kind} in line 2" in found
    assert "correct-horse" not in str(found)
    assert KEY_ID not in str(found)
    assert SECRET not in str(found)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "#!/bin/sh\nyum install -y nginx\n",
        "password=$DB_PASSWORD",
        "password=${DB_PASSWORD}",
        "password={{resolve:secretsmanager:shop}}",
        "password: arn:aws:secretsmanager:eu-central-1:111122223333:secret:shop",
        "DB_PASSWORD_FILE=/run/secrets/db",
        "SECRET_NAME=prod/shop/db",
        "the password is kept in the vault",
        "passwd root",
        "postgres://db/shop",
        "token=<token>",
        "git checkout 0123456789abcdef0123456789abcdef01234567",
    ],
)
def test_what_only_speaks_of_credentials_is_none(text: str):
    assert secrets_in(text) == []


def test_environment_variables_are_told_by_name():
    assert secrets_in({"DB_PASSWORD": "correct-horse", "STAGE": "prod"}) == [
        "a password in DB_PASSWORD"
    ]
    assert secrets_in([{"name": "API_TOKEN", "value": "0123456789"}]) == ["a password in API_TOKEN"]
    assert secrets_in({"KEY": KEY_ID}) == ["an AWS access key in KEY"]
    assert (
        secrets_in({"PASSWORD_SECRET_ARN": "arn:aws:secretsmanager:x", "TOKEN_TTL": "86400s"}) == []
    )
    assert secrets_in({"a": {"b": [{"PASSWORD": "correct-horse"}]}}) == ["a password in PASSWORD"]
    assert secrets_in(None) == []
    assert secrets_in(7) == []


def test_what_is_told_is_bounded():
    many = "\n".join(["password=correct-horse"] * 200)
    assert len(secrets_in(many)) == 20
    deep: object = "password=correct-horse"
    for _ in range(50):
        deep = [deep]
    assert secrets_in(deep) == []


@given(st.text(max_size=300))
def test_base64_gives_back_the_text(text: str):
    shown = text.replace("\x00", "�")
    packed = base64.b64encode(text.encode("utf-8", "surrogatepass"))
    assert from_base64(packed.decode()) == shown
    zipped = base64.b64encode(gzip.compress(text.encode("utf-8")))
    assert from_base64(zipped.decode()) == shown


def test_what_is_no_base64_cannot_be_told():
    assert from_base64(None) == ""
    assert from_base64("") == ""
    for broken in ("é", "a", "====", "!!!!"):
        with pytest.raises(CannotTell, match="not base64"):
            from_base64(broken)
    with pytest.raises(CannotTell, match="not whole gzip"):
        from_base64(base64.b64encode(b"\x1f\x8bnonsense").decode())
