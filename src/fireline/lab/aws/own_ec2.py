"""EC2's switches for a whole region, none of which moto has."""

from collections.abc import Mapping
from typing import Any

from fireline.lab.aws.answers import Denial
from fireline.lab.aws.asked import Asked, Own

_METADATA = ("HttpTokens", "HttpEndpoint", "HttpPutResponseHopLimit", "InstanceMetadataTags")
_NO_PREFERENCE = {"no-preference", "-1", -1}


def snapshot_block(asked: Asked) -> Mapping[str, Any]:
    """Answer GetSnapshotBlockPublicAccessState."""
    return {"State": asked.here.snapshot_block, "ManagedBy": "account"}


def block_snapshots(asked: Asked) -> Mapping[str, Any] | Denial:
    """Answer EnableSnapshotBlockPublicAccess."""
    wanted = str(asked.given("State", ""))
    if wanted not in {"block-all-sharing", "block-new-sharing"}:
        return Denial(400, "InvalidParameterValue", f"Invalid value {wanted!r} for State.")
    asked.here.snapshot_block = wanted
    return {"State": wanted}


def unblock_snapshots(asked: Asked) -> Mapping[str, Any]:
    """Answer DisableSnapshotBlockPublicAccess."""
    asked.here.snapshot_block = "unblocked"
    return {"State": "unblocked"}


def image_block(asked: Asked) -> Mapping[str, Any]:
    """Answer GetImageBlockPublicAccessState."""
    return {"ImageBlockPublicAccessState": asked.here.image_block, "ManagedBy": "account"}


def block_images(asked: Asked) -> Mapping[str, Any]:
    """Answer EnableImageBlockPublicAccess."""
    asked.here.image_block = "block-new-sharing"
    return {"ImageBlockPublicAccessState": "block-new-sharing"}


def unblock_images(asked: Asked) -> Mapping[str, Any]:
    """Answer DisableImageBlockPublicAccess."""
    asked.here.image_block = "unblocked"
    return {"ImageBlockPublicAccessState": "unblocked"}


def serial_console(asked: Asked) -> Mapping[str, Any]:
    """Answer GetSerialConsoleAccessStatus."""
    return {"SerialConsoleAccessEnabled": asked.here.serial_console, "ManagedBy": "account"}


def open_serial_console(asked: Asked) -> Mapping[str, Any]:
    """Answer EnableSerialConsoleAccess."""
    asked.here.serial_console = True
    return {"SerialConsoleAccessEnabled": True}


def close_serial_console(asked: Asked) -> Mapping[str, Any]:
    """Answer DisableSerialConsoleAccess."""
    asked.here.serial_console = False
    return {"SerialConsoleAccessEnabled": False}


def metadata_defaults(asked: Asked) -> Mapping[str, Any]:
    """Answer GetInstanceMetadataDefaults: what nobody set is not in the answer."""
    return {"AccountLevel": {**asked.here.metadata, "ManagedBy": "account"}}


def set_metadata_defaults(asked: Asked) -> Mapping[str, Any]:
    """Answer ModifyInstanceMetadataDefaults."""
    for name in _METADATA:
        wanted = asked.given(name)
        if wanted in _NO_PREFERENCE:
            asked.here.metadata.pop(name, None)
        elif wanted is not None:
            asked.here.metadata[name] = wanted
    return {"Return": True}


def default_key(asked: Asked) -> Mapping[str, Any]:
    """Answer GetEbsDefaultKmsKeyId."""
    return {"KmsKeyId": asked.here.default_key or _aws_key(asked)}


def set_default_key(asked: Asked) -> Mapping[str, Any]:
    """Answer ModifyEbsDefaultKmsKeyId."""
    asked.here.default_key = str(asked.given("KmsKeyId", ""))
    return default_key(asked)


def reset_default_key(asked: Asked) -> Mapping[str, Any]:
    """Answer ResetEbsDefaultKmsKeyId."""
    asked.here.default_key = ""
    return default_key(asked)


def _aws_key(asked: Asked) -> str:
    return f"arn:aws:kms:{asked.call.region}:{asked.account}:alias/aws/ebs"


def locked_snapshots(_: Asked) -> Mapping[str, Any]:
    """Answer DescribeLockedSnapshots: the lab locks none."""
    return {"Snapshots": []}


EC2: Mapping[str, Own] = {
    "ec2:GetSnapshotBlockPublicAccessState": snapshot_block,
    "ec2:EnableSnapshotBlockPublicAccess": block_snapshots,
    "ec2:DisableSnapshotBlockPublicAccess": unblock_snapshots,
    "ec2:GetImageBlockPublicAccessState": image_block,
    "ec2:EnableImageBlockPublicAccess": block_images,
    "ec2:DisableImageBlockPublicAccess": unblock_images,
    "ec2:GetSerialConsoleAccessStatus": serial_console,
    "ec2:EnableSerialConsoleAccess": open_serial_console,
    "ec2:DisableSerialConsoleAccess": close_serial_console,
    "ec2:GetInstanceMetadataDefaults": metadata_defaults,
    "ec2:ModifyInstanceMetadataDefaults": set_metadata_defaults,
    "ec2:GetEbsDefaultKmsKeyId": default_key,
    "ec2:ModifyEbsDefaultKmsKeyId": set_default_key,
    "ec2:ResetEbsDefaultKmsKeyId": reset_default_key,
    "ec2:DescribeLockedSnapshots": locked_snapshots,
}
