"""Web ACLs of AWS WAF, a region's and CloudFront's (which stand in us-east-1)."""

from fireline.core.assets.resource_type import Detail, LinkRule, ResourceType

TYPES = (
    ResourceType(
        kind="aws.waf.web_acl",
        service="wafv2",
        operation="ListWebACLs",
        result="WebACLs",
        parameters={"Scope": "REGIONAL", "Limit": 100},
        next_page="NextMarker",
        also_in={"us-east-1": {"Scope": "CLOUDFRONT", "Limit": 100}},
        none_when=frozenset({"WAFNonexistentItemException"}),
        id="{Id}",
        name="{Name}",
        arn="{ARN}",
        arn_form="wafv2:(?:regional|global)/webacl/[^/]+/([^/]+)",
        tagged="wafv2:webacl",
        details=(
            Detail(
                "WebACL",
                "GetWebACL",
                {
                    "Name": "{Name}",
                    "Id": "{Id}",
                    "Scope": "{contains(ARN, ':global/') && 'CLOUDFRONT' || 'REGIONAL'}",
                },
                take="WebACL",
            ),
            Detail(
                "Logging",
                "GetLoggingConfiguration",
                {"ResourceArn": "{ARN}"},
                take="LoggingConfiguration",
                absent=frozenset({"WAFNonexistentItemException"}),
            ),
        ),
        links=(
            LinkRule("writes to", "aws.logs.group", "Logging.LogDestinationConfigs"),
            LinkRule("writes to", "aws.s3.bucket", "Logging.LogDestinationConfigs"),
        ),
        volatile=("LockToken",),
        event_services=("wafv2",),
        named_by=("id", "webaclarn"),
        named_in="WebACL",
        cloudformation="AWS::WAFv2::WebACL",
    ),
)
