"""Every finding of the corpus is read as the table says; our own samples stand beside it."""

import json
from typing import Any, cast

from fireline.core.signals.entity import ADDRESS, ASSET, CREDENTIAL, HOST, PRINCIPAL, Entity
from fireline.core.signals.formats import eventbridge
from fireline.core.signals.notice import Notice, Status
from tests.core.signals.formats.corpus import FINDINGS, expected, files, payload, read_file, told
from tests.core.signals.formats.samples import GUARDDUTY


def test_every_file_of_the_corpus_is_read_as_the_table_says():
    table = expected()
    found = {str(path.relative_to(FINDINGS)): read_file(path) for path in files()}
    assert found == (table if found else {})
    assert len(table) == 62


def test_the_table_has_every_finding_the_corpus_lists():
    index = FINDINGS / "INDEX.json"
    listed: list[dict[str, Any]] = (
        json.loads(index.read_text(encoding="utf-8")) if index.is_file() else []
    )
    table = expected()
    for each in listed:
        path = each["path"].removeprefix("findings/")
        assert path in table, path
        if each["type"] and table[path]["is"] == "notice":
            assert table[path]["kind"] == each["type"], path


def test_our_own_finding_is_read_in_either_spelling_alike():
    pascal = json.loads(json.dumps(GUARDDUTY))
    pascal["detail"] = _capitalised(GUARDDUTY["detail"])
    assert eventbridge.read(payload("eventbridge", pascal)) == eventbridge.read(
        payload("eventbridge", GUARDDUTY)
    )
    assert told(eventbridge.read(payload("eventbridge", GUARDDUTY))) == {
        "is": "notice",
        "kind": "UnauthorizedAccess:IAMUser/TorIPCaller",
        "priority": "P3",
        "status": "firing",
        "key": "36b01b60",
    }


def test_a_finding_says_who_with_what_from_where_on_what():
    (notice,) = eventbridge.read(payload("eventbridge", GUARDDUTY)).said
    assert isinstance(notice, Notice)
    assert {str(asset) for asset in notice.assets} == {
        "aws.iam.access_key/111122223333/global/AKIAEXAMPLE",
        "aws.iam.user/111122223333/global/shop-ci",
        "aws.ec2.instance/111122223333/eu-central-1/i-0abc1234def567890",
    }
    assert {
        Entity(PRINCIPAL, "arn:aws:iam::111122223333:user/shop-ci"),
        Entity(CREDENTIAL, "AKIAEXAMPLE"),
        Entity(ADDRESS, "198.51.100.7"),
        Entity(HOST, "i-0abc1234def567890"),
        Entity(ASSET, "aws.iam.user/111122223333/global/shop-ci"),
    } <= set(notice.entities)
    assert notice.tactics == ("initial-access",)
    assert notice.service == "shop"
    assert notice.labels["count"] == "3"


def test_an_archived_finding_is_over_and_a_session_is_named_as_cloudtrail_names_it():
    finding = json.loads(json.dumps(GUARDDUTY))
    finding["detail"]["service"]["archived"] = True
    finding["detail"]["resource"]["accessKeyDetails"] = {
        "accessKeyId": "ASIAEXAMPLE",
        "userName": "deployer",
        "userType": "AssumedRole",
        "principalId": "AROAEXAMPLE:run-7",
    }
    (notice,) = eventbridge.read(payload("eventbridge", finding)).said
    assert isinstance(notice, Notice)
    assert notice.status is Status.RESOLVED
    session = "arn:aws:sts::111122223333:assumed-role/deployer/run-7"
    assert Entity(PRINCIPAL, session) in notice.entities
    assert str(notice.assets[0]) == "aws.sts.session/111122223333/global/ASIAEXAMPLE"
    assert notice.labels["finding"] == "36b01b60"


def _capitalised(value: Any) -> Any:
    match value:
        case dict():
            pairs = cast("dict[str, Any]", value)
            return {name[0].upper() + name[1:]: _capitalised(each) for name, each in pairs.items()}
        case list():
            return [_capitalised(each) for each in cast("list[Any]", value)]
        case _:
            return value
