"""The register: every kind of action there is. What is not here cannot be planned or called."""

from collections.abc import Mapping

from fireline.core.runbooks.action import ActionKind
from fireline.core.runbooks.iam import DEACTIVATE_KEY, DENY_SESSIONS

REGISTERED: Mapping[str, ActionKind] = {kind.name: kind for kind in (DEACTIVATE_KEY, DENY_SESSIONS)}
