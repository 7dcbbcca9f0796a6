"""CloudTrail's own trails: whether somebody writes down what is done."""

from fireline.core.assets.aws.ec2 import KEY
from fireline.core.assets.aws.s3 import BUCKET
from fireline.core.assets.kinds import ACCOUNT, REGION, ROLE
from fireline.core.assets.resource_type import Detail, LinkRule, ResourceType

TYPES = (
    ResourceType(
        kind="aws.cloudtrail.trail",
        service="cloudtrail",
        operation="DescribeTrails",
        result="trailList",
        # An organisation's trail is shown to its member accounts as a shadow only; of the shadows
        # that other regions show, the home region tells which to pass over. Asked for by its name
        # alone, a member's is not found, so one is read again among all.
        parameters={"includeShadowTrails": True},
        home="HomeRegion",
        none_when=frozenset({"TrailNotFoundException"}),
        id="{Name}",
        name="{Name}",
        arn="{TrailARN}",
        arn_form="cloudtrail:trail/(.+)",
        tagged="cloudtrail:trail",
        details=(
            Detail("Status", "GetTrailStatus", {"Name": "{TrailARN}"}),
            Detail("Selectors", "GetEventSelectors", {"TrailName": "{TrailARN}"}),
        ),
        links=(
            LinkRule("records", ACCOUNT, ""),
            LinkRule("records", REGION, ""),
            LinkRule("writes to", BUCKET, "S3BucketName"),
            LinkRule("writes to", "aws.logs.group", "CloudWatchLogsLogGroupArn"),
            LinkRule("tells", "aws.sns.topic", "SnsTopicARN"),
            LinkRule("role", ROLE, "CloudWatchLogsRoleArn"),
            LinkRule("encrypted with", KEY, "KmsKeyId"),
        ),
        volatile=("Status.Latest*", "Status.TimeLogging*", "Status.St*Time"),
        event_services=("cloudtrail",),
        named_by=("name", "trailname"),
        named_in="Trail|Logging|EventSelectors|InsightSelectors",
        cloudformation="AWS::CloudTrail::Trail",
    ),
)
