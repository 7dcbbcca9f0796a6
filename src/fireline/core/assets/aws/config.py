"""AWS Config's recorder: whether a region's changes are kept."""

from fireline.core.assets.kinds import REGION, ROLE
from fireline.core.assets.resource_type import Detail, LinkRule, ResourceType

TYPES = (
    ResourceType(
        kind="aws.config.recorder",
        service="config",
        operation="DescribeConfigurationRecorders",
        result="ConfigurationRecorders",
        again={"ConfigurationRecorderNames": ["{id}"]},
        none_when=frozenset({"NoSuchConfigurationRecorderException"}),
        id="{name}",
        name="{name}",
        arn="{arn}",
        arn_form="config:configuration-recorder/([^/]+)(?:/.*)?",
        details=(
            Detail(
                "Status",
                "DescribeConfigurationRecorderStatus",
                {"ConfigurationRecorderNames": ["{name}"]},
                take="ConfigurationRecordersStatus[0]",
            ),
            Detail(
                "DeliveryChannels",
                "DescribeDeliveryChannels",
                {},
                take="DeliveryChannels",
            ),
        ),
        links=(
            LinkRule("watches", REGION, ""),
            LinkRule("role", ROLE, "roleARN"),
            LinkRule("writes to", "aws.s3.bucket", "DeliveryChannels[].s3BucketName"),
            LinkRule("tells", "aws.sns.topic", "DeliveryChannels[].snsTopicARN"),
        ),
        volatile=("Status.last*", "Status.lastStatus*"),
        event_services=("config",),
        # A delivery channel has the name of its recorder, which is always `default`.
        named_by=("configurationrecordername", "deliverychannelname", "name"),
        named_in="ConfigurationRecorder|DeliveryChannel",
        cloudformation="AWS::Config::ConfigurationRecorder",
    ),
)
