"""SQS queues and their policies."""

from fireline.core.assets.aws.ec2 import KEY
from fireline.core.assets.resource_type import Detail, LinkRule, ResourceType

TYPES = (
    ResourceType(
        kind="aws.sqs.queue",
        service="sqs",
        operation="ListQueues",
        result="QueueUrls[].{QueueUrl: @}",
        parameters={"MaxResults": 1000},
        find="GetQueueUrl",
        find_result="[@]",
        again={"QueueName": "{id}"},
        none_when=frozenset({"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"}),
        id="{QueueUrl/}",
        name="{QueueUrl/}",
        arn="arn:{partition}:sqs:{region}:{account}:{id}",
        arn_form="sqs:([^:]+)",
        forms=(r"https?://[^/]+/(?:\d+|queue)/([\w.-]+)", r"[\w.-]+"),
        tagged="sqs",
        details=(
            Detail(
                "Attributes",
                "GetQueueAttributes",
                {"QueueUrl": "{QueueUrl}", "AttributeNames": ["All"]},
                take="Attributes",
            ),
        ),
        links=(LinkRule("encrypted with", KEY, "Attributes.KmsMasterKeyId"),),
        volatile=("Attributes.ApproximateNumberOf*",),
        event_services=("sqs",),
        named_by=("queueurl", "queuename"),
        cloudformation="AWS::SQS::Queue",
    ),
)
