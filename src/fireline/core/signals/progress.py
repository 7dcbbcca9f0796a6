"""How far a change has come, in the words its label `progress` has, whatever the source's were."""

from collections.abc import Mapping
from enum import StrEnum

LABEL = "progress"


class Progress(StrEnum):
    """What has become of a change. While it waits, nothing was altered yet."""

    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


# What deployment tools write.
WORDS: Mapping[str, Progress] = {
    **dict.fromkeys(("created", "pending", "queued", "waiting", "blocked"), Progress.WAITING),
    **dict.fromkeys(("started", "running", "in_progress"), Progress.RUNNING),
    **dict.fromkeys(("succeeded", "success", "finished", "ok"), Progress.SUCCEEDED),
    # One that was stopped half way altered something too.
    **dict.fromkeys(
        ("failed", "failure", "error", "canceled", "cancelled", "aborted"), Progress.FAILED
    ),
}
_TOLD = {
    Progress.WAITING: "waits",
    Progress.RUNNING: "started",
    Progress.SUCCEEDED: "",
    Progress.FAILED: "failed",
}


def told(what: str, progress: Progress) -> str:
    """Write a change's title with how far it has come."""
    said = _TOLD[progress]
    return f"{what} ({said})" if said else what
