"""Identifiers that cannot be mistaken for one another.

Things that happen have a UUID in time order; things the plan defines have the short name (a slug)
that their file gives them.
"""

from typing import NewType
from uuid import UUID

ActionId = NewType("ActionId", UUID)
AlertId = NewType("AlertId", UUID)
ApprovalId = NewType("ApprovalId", UUID)
ChangeId = NewType("ChangeId", UUID)
DrillId = NewType("DrillId", UUID)
EvidenceId = NewType("EvidenceId", UUID)
FindingId = NewType("FindingId", UUID)
FollowUpId = NewType("FollowUpId", UUID)
IncidentId = NewType("IncidentId", UUID)
PageId = NewType("PageId", UUID)
PayloadId = NewType("PayloadId", UUID)
RunId = NewType("RunId", UUID)
SignalId = NewType("SignalId", UUID)
SilenceId = NewType("SilenceId", UUID)
SourceId = NewType("SourceId", UUID)
SymptomId = NewType("SymptomId", UUID)
TaskId = NewType("TaskId", UUID)
TokenId = NewType("TokenId", UUID)
UpdateId = NewType("UpdateId", UUID)

# Named by the plan's files.
CategoryId = NewType("CategoryId", str)
PersonId = NewType("PersonId", str)
PolicyId = NewType("PolicyId", str)
RevisionId = NewType("RevisionId", str)
RouteId = NewType("RouteId", str)
RuleId = NewType("RuleId", str)
RunbookId = NewType("RunbookId", str)
ScenarioId = NewType("ScenarioId", str)
ScheduleId = NewType("ScheduleId", str)
ServiceId = NewType("ServiceId", str)
TeamId = NewType("TeamId", str)
