"""Disks, their copies, images, and what a region allows of them.

A block of all sharing takes strangers out of what is public already; the blocks of new sharing do
not: https://docs.aws.amazon.com/ebs/latest/userguide/block-public-access-snapshots-work.html,
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/block-public-access-to-amis.html
"""

from typing import Any

from tests.labelled.labels import DENIED, FAIL, PASS, THROTTLED, UNKNOWN, Account, Thing, Verdict

ABOUT = (
    "ec2-volume-",
    "ec2-snapshot",
    "ec2-image",
    "ec2-encryption-",
    "ec2-serial-",
)
VOLUME, SNAPSHOT, IMAGE = "ec2-volume-not-encrypted", "ec2-snapshot-public", "ec2-image-public"
ENCRYPTED, SNAPSHOTS, IMAGES, CONSOLE = (
    "ec2-encryption-not-default",
    "ec2-snapshots-may-be-public",
    "ec2-images-may-be-public",
    "ec2-serial-console-on",
)
HERE, BLOCKED, NEW_ONLY, DARK = "eu-west-1", "eu-central-1", "us-west-2", "ap-south-1"
ANYONE, PARTNER = {"Group": "all"}, {"UserId": "444455556666"}


def volume(number: int, label: Verdict, **said: Any) -> Thing:
    unread = said.pop("unread", {})
    config: dict[str, Any] = {
        "VolumeId": f"vol-0{number:016x}",
        "Attachments": [
            {"InstanceId": f"i-0{number:016x}", "Device": "/dev/xvda", "State": "attached"}
        ],
        "AvailabilityZone": "eu-west-1a",
        "CreateTime": "2026-02-01T00:00:00Z",
        "Iops": 3000,
        "MultiAttachEnabled": False,
        "Size": 20,
        "State": "in-use",
        "Tags": [],
        "Throughput": 125,
        "VolumeType": "gp3",
    }
    return Thing("aws.ec2.volume", config | said, {VOLUME: label}, HERE, unread)


KEY = "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555"
VOLUMES = (
    volume(1, FAIL, Encrypted=False),
    volume(2, FAIL, Encrypted=False, State="available", Attachments=[]),
    volume(3, FAIL, Encrypted=False, SnapshotId="snap-00000000000000003", VolumeType="standard"),
    volume(11, PASS, Encrypted=True, KmsKeyId=KEY),
    volume(12, PASS, Encrypted=True, KmsKeyId=KEY.replace("111122223333", "444455556666")),
    volume(13, PASS, Encrypted=True, State="creating"),
    volume(21, UNKNOWN),
    volume(22, UNKNOWN, Encrypted=None),
    volume(23, UNKNOWN, unread={"Encrypted": DENIED}),
)


def snapshot(number: int, label: Verdict, said: Any, region: str = HERE, **more: Any) -> Thing:
    unread = more.pop("unread", {})
    config: dict[str, Any] = {
        "SnapshotId": f"snap-0{number:016x}",
        "VolumeId": "vol-ffffffff",
        "VolumeSize": 20,
        "OwnerId": "111122223333",
        "Encrypted": False,
        "Progress": "100%",
        "StartTime": "2026-03-01T00:00:00Z",
        "State": "completed",
        "StorageTier": "standard",
        "Description": "Created by CreateImage",
        "Tags": [],
    }
    if not unread:
        config["CreateVolumePermissions"] = said
    return Thing("aws.ec2.snapshot", config | more, {SNAPSHOT: label}, region, unread)


SNAPS = (
    snapshot(1, FAIL, [ANYONE]),
    snapshot(2, FAIL, [PARTNER, ANYONE]),
    # New ones are refused; this one is old.
    snapshot(3, FAIL, [ANYONE], NEW_ONLY),
    snapshot(4, FAIL, [ANYONE], StorageTier="archive"),
    snapshot(11, PASS, []),
    snapshot(12, PASS, [PARTNER, {"UserId": "555566667777"}]),
    snapshot(13, PASS, [], DARK, Encrypted=True, KmsKeyId=KEY),
    # The region's block takes strangers out, though the permission stands.
    snapshot(14, PASS, [ANYONE], BLOCKED),
    snapshot(21, UNKNOWN, None, unread={"CreateVolumePermissions": DENIED}),
    snapshot(22, UNKNOWN, None, unread={"CreateVolumePermissions": THROTTLED}),
    snapshot(23, UNKNOWN, None, NEW_ONLY, unread={"CreateVolumePermissions": THROTTLED}),
    # Nobody knows whether the region's block holds.
    snapshot(24, UNKNOWN, [ANYONE], DARK),
)


def image(number: int, label: Verdict, said: Any, region: str = HERE, **more: Any) -> Thing:
    unread = more.pop("unread", {})
    config: dict[str, Any] = {
        "ImageId": f"ami-0{number:016x}",
        "Name": f"golden-{number}",
        "Architecture": "arm64",
        "CreationDate": "2026-03-01T00:00:00.000Z",
        "ImageLocation": f"111122223333/golden-{number}",
        "ImageType": "machine",
        "Public": False,
        "OwnerId": "111122223333",
        "State": "available",
        "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"Encrypted": False}}],
        "RootDeviceType": "ebs",
        "Tags": [],
    }
    if not unread:
        config["LaunchPermissions"] = said
    return Thing("aws.ec2.image", config | more, {IMAGE: label}, region, unread)


ORGANISATION = {"OrganizationArn": "arn:aws:organizations::777788889999:organization/o-abcdefghij"}
PICTURES = (
    image(1, FAIL, [ANYONE], Public=True),
    image(2, FAIL, [PARTNER, ANYONE], Public=True, State="disabled", ImdsSupport="v2.0"),
    # Blocks of images look at new ones alone.
    image(3, FAIL, [ANYONE], BLOCKED, Public=True),
    image(11, PASS, []),
    image(12, PASS, [PARTNER]),
    image(13, PASS, [ORGANISATION], DARK),
    image(21, UNKNOWN, None, unread={"LaunchPermissions": DENIED}),
    image(22, UNKNOWN, None, unread={"LaunchPermissions": THROTTLED}),
    image(23, UNKNOWN, None, DARK, unread={"LaunchPermissions": DENIED}),
)


def region(name: str, *labels: Verdict, **said: Any) -> Thing:
    unread = said.pop("unread", {})
    says: dict[str, Verdict] = dict(
        zip((ENCRYPTED, SNAPSHOTS, IMAGES, CONSOLE), labels, strict=True)
    )
    config: dict[str, Any] = {
        "Region": name,
        "EbsDefaultKey": "alias/aws/ebs",
        "InstanceMetadataDefaults": {},
    }
    return Thing("aws.region", config | said, says, name, unread)


def settings(encrypted: bool, snapshots: str, images: str, console: bool) -> dict[str, Any]:
    return {
        "EbsEncryptionByDefault": encrypted,
        "SnapshotBlockPublicAccess": snapshots,
        "ImageBlockPublicAccess": images,
        "SerialConsoleAccess": console,
    }


OFF, NEW, ALL = "unblocked", "block-new-sharing", "block-all-sharing"
NOTHING_READ = {
    "EbsEncryptionByDefault": DENIED,
    "SnapshotBlockPublicAccess": DENIED,
    "ImageBlockPublicAccess": DENIED,
    "SerialConsoleAccess": THROTTLED,
}
REGIONS = (
    region(HERE, FAIL, FAIL, FAIL, FAIL, **settings(False, OFF, OFF, True)),
    region("us-east-1", FAIL, FAIL, FAIL, FAIL, **settings(False, OFF, OFF, True)),
    region("us-east-2", FAIL, FAIL, FAIL, FAIL, **settings(False, OFF, OFF, True)),
    region(NEW_ONLY, PASS, PASS, PASS, PASS, **settings(True, NEW, NEW, False)),
    region(BLOCKED, PASS, PASS, PASS, PASS, **settings(True, ALL, NEW, False)),
    region("eu-north-1", PASS, PASS, PASS, PASS, **settings(True, NEW, NEW, False)),
    region("sa-east-1", FAIL, PASS, FAIL, PASS, **settings(False, ALL, OFF, False)),
    region(DARK, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, unread=NOTHING_READ),
    region("me-south-1", UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, unread=NOTHING_READ),
    # An endpoint that answers without saying anything.
    region("ap-east-1", UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
)

ACCOUNTS = (Account("111122223333", ABOUT, (*VOLUMES, *SNAPS, *PICTURES, *REGIONS)),)
