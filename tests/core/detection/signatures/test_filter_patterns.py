"""Which events of CloudTrail a metric filter's pattern counts."""

import pytest

from fireline.core.detection.signatures.filter_patterns import MAX_DEPTH, counts
from fireline.core.detection.signatures.telling import CannotTell

EVENT = {
    "eventName": "DisableKey",
    "eventSource": "kms.amazonaws.com",
    "errorCode": "Client.UnauthorizedOperation",
    "userIdentity": {"type": "Root"},
    "readOnly": False,
    "resources": [{"ARN": "arn:aws:kms:eu-west-1:111122223333:key/1"}],
    "size": 12,
    "vpcEndpointId": None,
}


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "{ $.eventName = DisableKey }",
        '{$.eventName="DisableKey"}',
        "{ ($.eventSource = kms.amazonaws.com) && (($.eventName=A)||($.eventName=DisableKey)) }",
        '{ $.errorCode = "*Unauthorized*" }',
        '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS }',
        "{ $.userIdentity.type EXISTS }",
        '{ $.eventName != "EnableKey" }',
        # What is joined by `&&` belongs together before what is joined by `||`.
        "{ $.eventName = DisableKey || $.eventName = A && $.eventSource = B }",
        "{ $.readOnly IS FALSE }",
        "{ $.vpcEndpointId IS NULL }",
        '{ $.resources[0].ARN = "arn:aws:kms:*" }',
        "{ $['eventName'] = DisableKey }",
        "{ $.size >= 12 && $.size < 13 }",
    ],
)
def test_an_event_is_counted(pattern: str):
    assert counts(pattern, EVENT)


@pytest.mark.parametrize(
    "pattern",
    [
        "{ $.eventName = disablekey }",
        "{ $.eventName = Disable }",
        "{ $.eventName = A && ($.eventName = DisableKey || $.eventName = B) }",
        "{ $.userIdentity.type NOT EXISTS }",
        # A field that is not there fits no comparison.
        "{ $.errorMessage != x }",
        "{ $.size > 12 }",
        "{ $.eventName > 12 }",
        "{ $.readOnly IS TRUE }",
        "{ $.resources[1].ARN EXISTS }",
        "{ $.eventName.more EXISTS }",
        "DisableKey",
        '"DisableKey" kms',
        "[a, b, c]",
    ],
)
def test_an_event_is_not_counted(pattern: str):
    assert not counts(pattern, EVENT)


@pytest.mark.parametrize(
    "pattern",
    [
        "{ $.eventName = DisableKey",
        "{ $.eventName }",
        "{ }",
        "{ eventName = DisableKey }",
        "{ ($.eventName = DisableKey }",
        "{ $.eventName = DisableKey) }",
        "{ $.eventName = }",
        "{ $.eventName = %Disable.*% }",
        "{ $.eventName ~ DisableKey }",
        "{" + "(" * (MAX_DEPTH + 1) + "$.a = b" + ")" * (MAX_DEPTH + 1) + "}",
    ],
)
def test_what_nobody_can_read_has_no_answer(pattern: str):
    with pytest.raises(CannotTell, match="cannot be read"):
        counts(pattern, EVENT)
