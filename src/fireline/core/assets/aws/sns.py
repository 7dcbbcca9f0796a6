"""SNS topics, their policies and how many listen."""

from fireline.core.assets.aws.ec2 import KEY
from fireline.core.assets.resource_type import Detail, LinkRule, ResourceType

TYPES = (
    ResourceType(
        kind="aws.sns.topic",
        service="sns",
        operation="ListTopics",
        result="Topics",
        # The attributes name the topic, too: one is read again by itself.
        find="GetTopicAttributes",
        find_result="[{TopicArn: Attributes.TopicArn}]",
        again={"TopicArn": "{id}"},
        none_when=frozenset({"NotFound", "NotFoundException"}),
        id="{TopicArn}",
        arn="{TopicArn}",
        arn_form="sns:[^:]+",
        # A subscription's ARN goes on after its topic's.
        forms=(r"(arn:[\w-]+:sns:[\w-]*:\d*:[^:]+)(?::.*)?",),
        tagged="sns",
        details=(
            Detail(
                "Attributes", "GetTopicAttributes", {"TopicArn": "{TopicArn}"}, take="Attributes"
            ),
        ),
        links=(LinkRule("encrypted with", KEY, "Attributes.KmsMasterKeyId"),),
        volatile=("Attributes.SubscriptionsPending",),
        event_services=("sns",),
        named_by=("topicarn", "subscriptionarn"),
        cloudformation="AWS::SNS::Topic",
    ),
)
