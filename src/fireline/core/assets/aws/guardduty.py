"""GuardDuty: whether a region's detector is there and awake."""

from fireline.core.assets.kinds import REGION
from fireline.core.assets.resource_type import Batch, LinkRule, ResourceType

TYPES = (
    ResourceType(
        kind="aws.guardduty.detector",
        service="guardduty",
        operation="ListDetectors",
        result="DetectorIds[].{DetectorId: @}",
        batch=Batch(
            "GetDetector",
            "DetectorId",
            "[@]",
            1,
            "DetectorId",
            # So it answers for a detector that is not the account's (any more).
            gone=frozenset({"BadRequestException"}),
        ),
        id="{DetectorId}",
        name="{DetectorId}",
        arn="arn:{partition}:guardduty:{region}:{account}:detector/{id}",
        arn_form="guardduty:detector/([^/]+)(?:/.*)?",
        tags="Tags",
        links=(LinkRule("watches", REGION, ""),),
        volatile=("UpdatedAt",),
        event_services=("guardduty",),
        named_by=("detectorid",),
        cloudformation="AWS::GuardDuty::Detector",
    ),
)
