"""Match each record against the rules of its own product only.

A rule that says what must not be there matches everything it was not written for: an AWS rule must
never see Kubernetes' records, nor the other way round. A rule that names no product sees both.
"""

from collections.abc import Mapping, Sequence

from fireline.core.detection.matcher import Matcher
from fireline.core.detection.rules import Rule
from fireline.core.signals.kubernetes_audit import is_audit_event
from fireline.core.values.ids import RuleId

KUBERNETES = "kubernetes"


class ByProduct:
    """All rules of a plan, ready to match any product's records. One instance serves one thread."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._kubernetes = Matcher(
            [rule for rule in rules if rule.logsource.product in ("", KUBERNETES)]
        )
        self._others = Matcher([rule for rule in rules if rule.logsource.product != KUBERNETES])

    def match(self, event: Mapping[str, object]) -> list[RuleId]:
        """List the rules that match, in order."""
        return (self._kubernetes if is_audit_event(event) else self._others).match(event)
