"""What is compiled out of a plan is kept by the plan's revision."""

from fireline.core.plan.plan import Plan

MAX_REMEMBERED = 4


class PlanKey:
    """A plan as a key: equal revisions are equal, and nothing else of it is looked at."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PlanKey) and other.plan.revision == self.plan.revision

    def __hash__(self) -> int:
        return hash(self.plan.revision)
