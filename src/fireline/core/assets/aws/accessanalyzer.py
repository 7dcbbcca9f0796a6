"""IAM Access Analyzer: whether somebody looks at what is shared outside."""

from fireline.core.assets.kinds import REGION
from fireline.core.assets.resource_type import LinkRule, ResourceType

TYPES = (
    ResourceType(
        kind="aws.accessanalyzer.analyzer",
        service="accessanalyzer",
        operation="ListAnalyzers",
        result="analyzers",
        find="GetAnalyzer",
        find_result="[analyzer]",
        again={"analyzerName": "{id}"},
        none_when=frozenset({"ResourceNotFoundException"}),
        id="{name}",
        name="{name}",
        arn="{arn}",
        arn_form="access-analyzer:analyzer/([^/]+)(?:/.*)?",
        tags="tags",
        links=(LinkRule("watches", REGION, ""),),
        volatile=("lastResourceAnalyzed*",),
        event_services=("access-analyzer",),
        named_by=("analyzername",),
        cloudformation="AWS::AccessAnalyzer::Analyzer",
    ),
)
