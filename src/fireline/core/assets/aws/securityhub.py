"""Security Hub: whether a region has it."""

from fireline.core.assets.kinds import REGION
from fireline.core.assets.resource_type import LinkRule, ResourceType

TYPES = (
    ResourceType(
        kind="aws.securityhub.hub",
        service="securityhub",
        operation="DescribeHub",
        result="[@]",
        # So it answers where it was never enabled.
        none_when=frozenset({"InvalidAccessException", "ResourceNotFoundException"}),
        id="default",
        arn="{HubArn}",
        arn_form="securityhub:hub/(default)",
        links=(LinkRule("watches", REGION, ""),),
        event_services=("securityhub",),
        calls=(
            "securityhub.DisableSecurityHub",
            "securityhub.EnableSecurityHub",
            "securityhub.UpdateSecurityHubConfiguration",
        ),
        cloudformation="AWS::SecurityHub::Hub",
    ),
)
