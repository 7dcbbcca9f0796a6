"""Trails, and what an account's trails record between them."""

from typing import Any

from fireline.core.detection.signatures.verdict import Verdict
from fireline.ports.inventory import Why
from tests.labelled.labels import FAIL, PASS, UNKNOWN, Account, Hole, Labels, Thing
from tests.labelled.trail_shapes import advanced, basic, trail

ABOUT = ("cloudtrail-",)
ORG = "530000000099"
ALL_BUCKETS = "arn:aws:s3"
VAULT = "arn:aws:s3:::acme-vault/"
MANAGEMENT = advanced("Management events", eventCategory="Management")
S3 = advanced("S3", eventCategory="Data", resources__type="AWS::S3::Object")
S3_WRITES = advanced(
    "Writes", eventCategory="Data", resources__type="AWS::S3::Object", readOnly="false"
)
S3_READS = advanced(
    "Reads", eventCategory="Data", readOnly=["true"], resources__type="AWS::S3::Object"
)
LAMBDA = advanced("Lambda", eventCategory="Data", resources__type="AWS::Lambda::Function")


def one(
    number: int,
    everywhere: Verdict,
    reads: Verdict,
    writes: Verdict,
    *things: Thing,
    holes: tuple[Hole, ...] = (),
) -> Account:
    """Label an account: all calls everywhere, reads of objects, changes of objects."""
    says = {
        "cloudtrail-not-everywhere": everywhere,
        "cloudtrail-without-object-reads": reads,
        "cloudtrail-without-object-writes": writes,
    }
    here = Thing("aws.account", {"Summary": {"AccountMFAEnabled": 1}, "Aliases": []}, says)
    place = Thing("aws.region", {"Region": "eu-west-1"}, region="eu-west-1")
    return Account(of(number), ABOUT, (here, place, *things), holes)


def of(number: int) -> str:
    """Give an account its number."""
    return f"5300000000{number:02d}"


def well(number: int, name: str = "main", **over: Any) -> Thing:
    """Make a trail nothing is to be said of, whatever it records; it runs."""
    says: Labels = dict.fromkeys(
        ("cloudtrail-stopped", "cloudtrail-not-encrypted", "cloudtrail-without-validation"), PASS
    )
    return trail(of(number), name, says, **over)


def stopped(number: int, **over: Any) -> Thing:
    """Make a trail that somebody stopped."""
    return trail(of(number), "main", {"cloudtrail-stopped": FAIL}, logs=False, **over)


ACCOUNTS = (
    one(1, PASS, PASS, PASS, well(1, events=(basic(ALL_BUCKETS),))),
    one(2, PASS, FAIL, FAIL, well(2)),
    one(3, FAIL, FAIL, FAIL),
    # Advanced selectors.
    one(4, PASS, PASS, PASS, well(4, events=(MANAGEMENT, S3))),
    one(5, PASS, FAIL, PASS, well(5, events=(MANAGEMENT, LAMBDA, S3_WRITES))),
    one(6, PASS, PASS, FAIL, well(6, events=(S3_READS, MANAGEMENT))),
    one(7, FAIL, PASS, PASS, well(7, events=(S3_READS, S3_WRITES))),
    one(
        8,
        FAIL,
        FAIL,
        FAIL,
        well(8, events=(advanced("W", eventCategory="Management", readOnly="false"), LAMBDA)),
    ),
    # Half of the calls, one region, not logging.
    one(9, FAIL, FAIL, PASS, well(9, events=(basic(VAULT, ReadWriteType="WriteOnly"),))),
    one(10, FAIL, PASS, FAIL, well(10, events=(basic(VAULT, ReadWriteType="ReadOnly"),))),
    one(
        11,
        FAIL,
        PASS,
        PASS,
        well(11, IsMultiRegionTrail=False, events=(basic("arn:aws:s3:::"),)),
        well(11, "us", region="us-east-1", IsMultiRegionTrail=False),
    ),
    one(12, FAIL, FAIL, FAIL, stopped(12, events=(basic(ALL_BUCKETS),))),
    one(13, FAIL, PASS, PASS, well(13, events=(basic(VAULT, IncludeManagementEvents=False),))),
    # What is done with keys is left out: not every call.
    one(
        14,
        FAIL,
        FAIL,
        FAIL,
        well(14, events=(basic(ExcludeManagementEventSources=["kms.amazonaws.com"]),)),
    ),
    # Two trails, one of which is enough.
    one(
        15,
        PASS,
        PASS,
        PASS,
        stopped(15),
        well(15, "second"),
        well(
            15,
            "data",
            IsMultiRegionTrail=False,
            events=(basic(VAULT, IncludeManagementEvents=False),),
        ),
    ),
    # The organisation's trail, as its member sees it: it is the other account's.
    one(16, PASS, FAIL, FAIL, well(16, "org", owner=ORG)),
    one(17, PASS, PASS, PASS, well(17, "org", owner=ORG, events=(MANAGEMENT, S3))),
    # Data events, and not of objects in buckets.
    one(
        18,
        PASS,
        FAIL,
        FAIL,
        well(
            18,
            events=(
                {
                    **basic(),
                    "DataResources": [
                        {"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda"]},
                        {"Type": "AWS::S3::Object", "Values": []},
                    ],
                },
            ),
        ),
    ),
    # The trails could not be listed, or not all of them.
    one(19, UNKNOWN, UNKNOWN, UNKNOWN, holes=(Hole("aws.cloudtrail.trail", "eu-west-1"),)),
    one(
        20,
        UNKNOWN,
        UNKNOWN,
        UNKNOWN,
        stopped(20),
        holes=(Hole("aws.cloudtrail.trail", "us-east-1", Why.THROTTLED, "slow down"),),
    ),
    one(
        21,
        PASS,
        PASS,
        PASS,
        well(21, events=(basic(ALL_BUCKETS),)),
        holes=(Hole("aws.cloudtrail.trail", "us-east-1"),),
    ),
    # Details that could not be read; what was read may be enough.
    one(
        22,
        UNKNOWN,
        UNKNOWN,
        UNKNOWN,
        trail(
            of(22), "main", {"cloudtrail-stopped": UNKNOWN}, logs=..., events=(basic(ALL_BUCKETS),)
        ),
    ),
    one(23, UNKNOWN, UNKNOWN, UNKNOWN, well(23, events=...)),
    one(
        24,
        PASS,
        PASS,
        PASS,
        trail(of(24), "shut", {"cloudtrail-stopped": UNKNOWN}, logs=..., events=...),
        well(24, events=(basic(ALL_BUCKETS),)),
    ),
    one(25, FAIL, FAIL, FAIL, stopped(25, events=...)),
    one(26, FAIL, UNKNOWN, UNKNOWN, well(26, IsMultiRegionTrail=False, events=...)),
    # Single trails.
    one(
        27,
        FAIL,
        FAIL,
        FAIL,
        *(
            trail(
                of(27),
                name,
                {
                    "cloudtrail-stopped": PASS,
                    "cloudtrail-not-encrypted": FAIL,
                    "cloudtrail-without-validation": FAIL,
                },
                KmsKeyId=key,
                LogFileValidationEnabled=False,
                IsMultiRegionTrail=False,
            )
            for name, key in (("bare", None), ("empty", ""), ("also-bare", None))
        ),
    ),
    one(
        28,
        UNKNOWN,
        FAIL,
        FAIL,
        *(
            trail(
                of(28),
                name,
                {
                    "cloudtrail-stopped": UNKNOWN,
                    "cloudtrail-not-encrypted": UNKNOWN,
                    "cloudtrail-without-validation": UNKNOWN,
                },
                logs=logs,
                KmsKeyId=...,
                LogFileValidationEnabled=...,
            )
            for name, logs in (("first", ...), ("second", ...), ("third", None))
        ),
    ),
)
