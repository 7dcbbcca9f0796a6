"""Why two symptoms are one problem: a code that never changes, and a sentence for people."""

from dataclasses import dataclass
from enum import StrEnum

from fireline.core.values.ids import SymptomId


class Reason(StrEnum):
    """What two symptoms have in common. Stored with every link."""

    SAME_KEY = "same_key"
    SAME_CREDENTIAL = "same_credential"
    MINTED_CREDENTIAL = "minted_credential"
    SAME_PRINCIPAL = "same_principal"
    CAMPAIGN = "campaign"
    SAME_ADDRESS = "same_address"
    SAME_ASSET = "same_asset"
    SAME_HOST = "same_host"
    SAME_POD = "same_pod"
    SAME_SERVICE = "same_service"
    DEPENDENCY = "dependency"
    SIBLING = "sibling"
    SAME_PLACE = "same_place"
    WISHED = "wished"


# How sure each makes us that it is one problem. Identity is nearly proof; being beside one another
# at the same moment is a good guess. They order links too: people are shown the strongest.
CONFIDENCE = {
    Reason.SAME_KEY: 1.0,
    Reason.SAME_CREDENTIAL: 0.97,
    Reason.MINTED_CREDENTIAL: 0.96,
    Reason.WISHED: 0.95,
    Reason.SAME_PRINCIPAL: 0.93,
    Reason.CAMPAIGN: 0.92,
    Reason.SAME_POD: 0.9,
    Reason.SAME_SERVICE: 0.88,
    Reason.SAME_HOST: 0.85,
    Reason.DEPENDENCY: 0.8,
    Reason.SAME_ASSET: 0.75,
    Reason.SAME_ADDRESS: 0.7,
    Reason.SIBLING: 0.65,
    Reason.SAME_PLACE: 0.6,
}

_SENTENCES = {
    Reason.SAME_KEY: "same alert key",
    Reason.SAME_CREDENTIAL: "same access key {thing}",
    Reason.MINTED_CREDENTIAL: "access key {thing} was made in one and used in the other",
    Reason.WISHED: "a rule your team made: {thing}",
    Reason.SAME_PRINCIPAL: "same principal {thing}",
    Reason.CAMPAIGN: "another step by the same intruder, {thing}",
    Reason.SAME_POD: "same pod {thing}",
    Reason.SAME_SERVICE: "same service {thing}",
    Reason.SAME_HOST: "same host {thing}",
    Reason.DEPENDENCY: "{thing}",
    Reason.SAME_ASSET: "same asset {thing}",
    Reason.SAME_ADDRESS: "same address {thing}",
    Reason.SAME_PLACE: "{thing}",
    Reason.SIBLING: "both depend on {thing}",
}


@dataclass(frozen=True, slots=True)
class Link:
    """One symptom joins another's alert: why, by what shared thing, and how sure that is."""

    reason: Reason
    thing: str
    symptom: SymptomId
    apart_seconds: float

    @property
    def confidence(self) -> float:
        """How sure the link makes us, from 0 to 1."""
        return CONFIDENCE[self.reason]

    @property
    def sentence(self) -> str:
        """Say why, naming what is shared and how far apart the two are."""
        return f"{_SENTENCES[self.reason].format(thing=self.thing)}, {_apart(self.apart_seconds)}"


def _apart(seconds: float) -> str:
    if seconds < 1:
        return "at the same moment"
    for size, word in ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        if seconds >= size:
            count = round(seconds / size)
            return f"{count} {word}{'s' * (count != 1)} apart"
    raise AssertionError(seconds)
