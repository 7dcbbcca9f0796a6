from pathlib import Path

import pytest

from fireline.app.secrets import NamedSecrets
from fireline.ports.secrets import SecretMissing


def test_a_secret_is_found_in_the_environment():
    assert NamedSecrets({"HOOK": "s3cret"}).reveal("env:HOOK").reveal() == "s3cret"


def test_a_secret_is_read_from_a_file_without_the_line_end_and_anew_each_time(tmp_path: Path):
    file = tmp_path / "hook"
    file.write_text("first\n")
    secrets = NamedSecrets({})
    assert secrets.reveal(f"file:{file}").reveal() == "first"
    file.write_text("second\n")
    assert secrets.reveal(f"file:{file}").reveal() == "second"


@pytest.mark.parametrize(
    "reference",
    ["env:NONE", "env:", "file:/nowhere/at/all", "file:relative", "file:", "s3cret", ""],
)
def test_a_reference_that_leads_nowhere_is_said_and_what_may_be_a_secret_is_not(reference: str):
    with pytest.raises(SecretMissing) as refused:
        NamedSecrets({"EMPTY": ""}).reveal(reference)
    assert "s3cret" not in str(refused.value)
    assert refused.value.hint
