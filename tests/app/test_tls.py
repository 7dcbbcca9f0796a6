from pathlib import Path

import pytest

from fireline.app.settings import SettingsError, load
from tests.intake.authority import Papers, another_key, issue, written


@pytest.fixture
def papers(tmp_path: Path) -> Papers:
    return issue(tmp_path)


def said(certificate: Path, key: Path) -> list[str]:
    with pytest.raises(SettingsError) as wrong:
        load({"FIRELINE_TLS_CERTIFICATE": str(certificate), "FIRELINE_TLS_KEY": str(key)})
    return str(wrong.value).splitlines()


def test_with_a_certificate_and_its_key_fireline_is_reached_by_https(papers: Papers):
    settings = load(
        {
            "FIRELINE_TLS_CERTIFICATE": str(papers.certificate),
            "FIRELINE_TLS_KEY": str(papers.key),
        }
    )
    assert settings.address == "https://127.0.0.1:8040"
    assert settings.tls is not None


def test_without_them_it_is_reached_by_http():
    settings = load({})
    assert settings.address == "http://127.0.0.1:8040"
    assert settings.tls is None


def test_one_without_the_other_is_a_mistake(papers: Papers):
    for given, missing in (("CERTIFICATE", "KEY"), ("KEY", "CERTIFICATE")):
        with pytest.raises(SettingsError) as wrong:
            load({f"FIRELINE_TLS_{given}": str(papers.key)})
        assert str(wrong.value) == (
            f"FIRELINE_TLS_{missing} must be set, because FIRELINE_TLS_{given} is."
        )


def test_files_that_are_not_there_are_named(papers: Papers, tmp_path: Path):
    nowhere = tmp_path / "nowhere.pem"
    unread = "which cannot be read (no such file or directory)."
    assert said(nowhere, tmp_path) == [
        f"FIRELINE_TLS_CERTIFICATE names {nowhere}, {unread}",
        f"FIRELINE_TLS_KEY names {tmp_path}, which cannot be read (is a directory).",
    ]


def test_the_key_of_another_certificate_is_told(papers: Papers, tmp_path: Path):
    other = tmp_path / "other.pem"
    other.write_bytes(written(another_key()))
    assert said(papers.certificate, other) == [
        f"FIRELINE_TLS_KEY names {other}, which is not the key of {papers.certificate}."
    ]


def test_a_key_with_a_passphrase_is_told_and_nobody_is_asked_for_it(papers: Papers, tmp_path: Path):
    locked = tmp_path / "locked.pem"
    locked.write_bytes(written(another_key(), b"opensesame"))
    assert said(papers.certificate, locked) == [
        f"FIRELINE_TLS_KEY names {locked}, which has a passphrase; give one without."
    ]


def test_files_of_another_kind_are_told(papers: Papers, tmp_path: Path):
    text = tmp_path / "text.pem"
    text.write_text("hello")
    assert said(text, papers.key) == [
        f"FIRELINE_TLS_CERTIFICATE names {text}, which has no certificate in PEM."
    ]
    assert said(papers.certificate, text) == [
        f"FIRELINE_TLS_KEY names {text}, which has no private key in PEM."
    ]
    broken = tmp_path / "broken.pem"
    broken.write_text("-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n")
    assert said(papers.certificate, broken) == [
        "FIRELINE_TLS_CERTIFICATE and FIRELINE_TLS_KEY name files that cannot be used together."
    ]
