"""S3: buckets and the access points in front of them.

Buckets are what costs most to look at: every detail is one call for each of them. Tags come from
the tagging API, a page of a hundred buckets at a time; whether a policy is public is worked out
here and not asked.
"""

from fireline.core.assets.resource_type import Detail, LinkRule, ResourceType, Scope

BUCKET = "aws.s3.bucket"
_BUCKET = {"Bucket": "{Name}"}

TYPES = (
    ResourceType(
        kind=BUCKET,
        service="s3",
        scope=Scope.ACCOUNT,
        operation="ListBuckets",
        result="Buckets",
        # Only a paged list names the buckets' regions.
        parameters={"MaxBuckets": 1000},
        again={"Prefix": "{id}", "MaxBuckets": 1000},
        none_when=frozenset({"NoSuchBucket"}),
        id="{Name}",
        name="{Name}",
        arn="arn:{partition}:s3:::{id}",
        arn_form="s3:(?!accesspoint/)([^/:*]+)(?:/.*)?",
        # bucket.s3.eu-west-1.amazonaws.com, as distributions name their origins.
        forms=(
            r"([a-z0-9][a-z0-9.-]+)\.s3(?:[.-][a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?",
            r"[A-Za-z0-9][A-Za-z0-9._-]{0,254}",
        ),
        tagged="s3",
        details=(
            Detail(
                "Policy",
                "GetBucketPolicy",
                _BUCKET,
                take="Policy",
                absent=frozenset({"NoSuchBucketPolicy"}),
            ),
            Detail(
                "PublicAccessBlock",
                "GetPublicAccessBlock",
                _BUCKET,
                take="PublicAccessBlockConfiguration",
                absent=frozenset({"NoSuchPublicAccessBlockConfiguration"}),
            ),
            Detail("Versioning", "GetBucketVersioning", _BUCKET),
            Detail(
                "Encryption",
                "GetBucketEncryption",
                _BUCKET,
                take="ServerSideEncryptionConfiguration",
                absent=frozenset({"ServerSideEncryptionConfigurationNotFoundError"}),
            ),
            Detail("Logging", "GetBucketLogging", _BUCKET, take="LoggingEnabled"),
            Detail(
                "Ownership",
                "GetBucketOwnershipControls",
                _BUCKET,
                take="OwnershipControls",
                absent=frozenset({"OwnershipControlsNotFoundError"}),
            ),
            # Where its owner owns all of a bucket, ACLs are off: S3 answers with the owner's own
            # full control (Troubleshooting of Object Ownership, S3 user guide).
            Detail(
                "Acl",
                "GetBucketAcl",
                _BUCKET,
                when="Ownership.Rules[0].ObjectOwnership != 'BucketOwnerEnforced'",
            ),
        ),
        links=(
            LinkRule("logs to", BUCKET, "Logging.TargetBucket"),
            LinkRule(
                "encrypted with",
                "aws.kms.key",
                "Encryption.Rules[].ApplyServerSideEncryptionByDefault.KMSMasterKeyID",
            ),
        ),
        event_services=("s3",),
        named_by=("bucketname",),
        cloudformation="AWS::S3::Bucket",
    ),
    ResourceType(
        kind="aws.s3.access_point",
        service="s3control",
        operation="ListAccessPoints",
        result="AccessPointList",
        parameters={"AccountId": "{account}"},
        next_page="NextToken",
        id="{Name}",
        name="{Name}",
        arn="{AccessPointArn}",
        arn_form="s3:accesspoint/([^/]+)(?:/.*)?",
        details=(
            Detail(
                "PublicAccessBlock",
                "GetAccessPoint",
                {"AccountId": "{account}", "Name": "{Name}"},
                take="PublicAccessBlockConfiguration",
            ),
            Detail(
                "Policy",
                "GetAccessPointPolicy",
                {"AccountId": "{account}", "Name": "{Name}"},
                take="Policy",
                absent=frozenset({"NoSuchAccessPointPolicy"}),
            ),
        ),
        links=(LinkRule("bucket", BUCKET, "Bucket"),),
        event_services=("s3",),
        named_by=("name", "accesspointname"),
        named_in="AccessPoint",
        cloudformation="AWS::S3::AccessPoint",
    ),
)
