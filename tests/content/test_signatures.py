"""Every shipped signature gives each of its cases the verdict it is named for."""

import pytest

from fireline.content.signatures import signature_files
from fireline.core.plan.signature_checks import SignatureFolder, folders_of, read_signatures

FOLDERS = folders_of(signature_files())


@pytest.mark.parametrize("folder", FOLDERS, ids=[each.id for each in FOLDERS])
def test_a_shipped_signature_reads_and_judges_its_cases_right(folder: SignatureFolder):
    _, mistakes = read_signatures([folder])
    assert [str(each) for each in mistakes] == []
