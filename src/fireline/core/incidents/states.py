"""The states of an incident, and the phases other people call them by."""

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """Where an incident stands. The last three are ends; only `merged` cannot be reopened."""

    SUSPECTED = "suspected"
    DECLARED = "declared"
    CONTAINED = "contained"
    ERADICATED = "eradicated"
    RECOVERED = "recovered"
    IN_REVIEW = "in_review"
    CLOSED = "closed"
    DISMISSED = "dismissed"
    MERGED = "merged"

    @property
    def label(self) -> str:
        """The word people read."""
        return self.value.replace("_", " ").capitalize()

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something."""
        return self not in ENDS


ENDS = frozenset({State.CLOSED, State.DISMISSED, State.MERGED})


class Vocabulary(StrEnum):
    """Whose words for the phases of an incident."""

    FIRELINE = "fireline"
    PICERL = "picerl"
    NIST = "nist"
    CSF = "csf"
    ISO = "iso"
    AWS = "aws"


def _named(*words: str) -> Mapping[Vocabulary, str]:
    return dict(zip(Vocabulary, words, strict=True))


_LEARN = _named("Learn", "Lessons", "Post-incident", "ID.IM", "Learn lessons", "Post-incident")
_PHASES = {
    State.SUSPECTED: _named(
        "Detect",
        "Identification",
        "Detection & analysis",
        "Detect / RS.MA",
        "Assess and decide",
        "Analysis",
    ),
    State.DECLARED: _named(
        "Respond",
        "Identification → Containment",
        "Analysis → Containment",
        "RS.MA, RS.AN, RS.CO",
        "Respond",
        "Analysis",
    ),
    State.CONTAINED: _named(
        "Respond", "Containment", "Containment", "RS.MI", "Respond", "Containment"
    ),
    State.ERADICATED: _named(
        "Respond", "Eradication", "Eradication", "RS.MI", "Respond", "Eradication"
    ),
    State.RECOVERED: _named(
        "Recover", "Recovery", "Recovery", "RC.RP, RC.CO", "Respond", "Recovery"
    ),
    State.IN_REVIEW: _LEARN,
    State.CLOSED: _LEARN,
}


def phase(state: State, vocabulary: Vocabulary = Vocabulary.FIRELINE) -> str:
    """Name the phase of a state in one vocabulary. Dismissed and merged incidents have none."""
    phases = _PHASES.get(state)
    return phases[vocabulary] if phases else ""
