"""KMS keys. Only for a customer's own are the policy and the rotation theirs to set."""

from fireline.core.assets.resource_type import Batch, Detail, ResourceType

_GONE = frozenset({"NotFoundException"})
_OURS = "KeyManager == 'CUSTOMER'"

TYPES = (
    ResourceType(
        kind="aws.kms.key",
        service="kms",
        operation="ListKeys",
        result="Keys[].{KeyId: KeyId}",
        parameters={"Limit": 1000},
        batch=Batch("DescribeKey", "KeyId", "[KeyMetadata]", 1, "KeyId", gone=_GONE),
        id="{KeyId}",
        name="{Description}",
        arn="{Arn}",
        arn_form="kms:key/(.+)",
        forms=(
            "(?:key/)?((?:mrk-)?[0-9a-f-]{32,36})",
            "alias/.+",
            r"arn:[\w-]+:kms:[\w:-]+:alias/.+",
        ),
        tagged="kms:key",
        details=(
            Detail(
                "Policy",
                "GetKeyPolicy",
                {"KeyId": "{KeyId}", "PolicyName": "default"},
                take="Policy",
                when=_OURS,
            ),
            # Keys of other kinds, or with somebody else's material, are not turned.
            Detail(
                "KeyRotationEnabled",
                "GetKeyRotationStatus",
                {"KeyId": "{KeyId}"},
                take="KeyRotationEnabled",
                absent=frozenset({"UnsupportedOperationException", "KMSInvalidStateException"}),
                when=f"{_OURS} && KeySpec == 'SYMMETRIC_DEFAULT' && Origin == 'AWS_KMS'",
            ),
        ),
        event_services=("kms",),
        named_by=("keyid", "targetkeyid"),
        cloudformation="AWS::KMS::Key",
    ),
)
