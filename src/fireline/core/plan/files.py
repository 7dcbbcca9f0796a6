"""What each kind of file in a plan may say."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Discriminator, Field, RootModel, Tag, model_validator

from fireline.core.incidents.terms import Cia
from fireline.core.plan.schedule_words import HoursWords
from fireline.core.plan.words import (
    Asset,
    AwsAccount,
    Delay,
    Email,
    Https,
    HttpsOrReference,
    Length,
    Line,
    MatrixUser,
    Phone,
    PriorityWord,
    SecretReference,
    SlackUser,
    Slug,
    Text,
    TimeOfDay,
    TopicOrReference,
    Words,
    Zone,
)
from fireline.core.values.priority import Priority

Channel = Literal[
    "email",
    "webhook",
    "push",
    "sms",
    "voice",
    "slack",
    "matrix",
    "teams",
    "ntfy",
    "pagerduty",
    "splunk",
    "apprise",
]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Condition = Annotated[Text, Field(max_length=1_000)]
_NO_TAGS: Mapping[Line, Line] = {}
SomePeople = Annotated[tuple[Slug, ...], Field(min_length=1, max_length=200)]


class PlanFile(Words):
    """`plan.yaml`: whose plan this is, who is told as a last resort, and what is never touched.

    `webhooks` are other systems that steps of any escalation may tell, by name.
    """

    organisation: Line
    catch_all: SomePeople
    protected: tuple[Line, ...] = ()
    webhooks: Annotated[Mapping[Slug, Https], Field(max_length=100)] = Field(
        default_factory=dict[str, str]
    )


class CategoryWords(Words):
    """A kind of incident."""

    name: Line
    group: Line
    cia: Annotated[tuple[Cia, ...], Field(min_length=1)]
    operational: bool = False
    runbook: Slug | None = None
    priority: PriorityWord


class ChecklistWords(Words):
    """One triage question."""

    cia: Cia
    text: Line


class TriageWords(Words):
    """The triage checklist, and how many yes answers offer to declare."""

    declare_offer_at: Annotated[int, Field(ge=1, le=50)]
    source: Line | None = None
    checklist: Annotated[Mapping[Slug, ChecklistWords], Field(min_length=1)]


class DefinitionsFile(Words):
    """`definitions.yaml`: what an incident is, its categories and the triage checklist."""

    incident: Text
    categories: Annotated[Mapping[Slug, CategoryWords], Field(min_length=1)]
    triage: TriageWords


class PriorityWords(Words):
    """What a priority means, and its deadlines; leaving one out sets none."""

    when: Line
    acknowledge: Length | None = None
    triage: Length | None = None
    remediate: Length | None = None
    retro: Length | None = None
    update_every: Length | None = None


class PrioritiesFile(Words):
    """`priorities.yaml`: all five."""

    P1: PriorityWords
    P2: PriorityWords
    P3: PriorityWords
    P4: PriorityWords
    P5: PriorityWords


class RoleWords(Words):
    """What a role does, for the person who just got it."""

    does: Annotated[tuple[Line, ...], Field(min_length=1)]
    never: tuple[Line, ...] = ()


class RolesFile(Words):
    """`roles.yaml`: all five."""

    lead: RoleWords
    coordinator: RoleWords
    responder: RoleWords
    scribe: RoleWords
    communicator: RoleWords


class NotifyWords(Words):
    """Tell me on this channel so long after a page begins."""

    channel: Channel
    after: Delay


class QuietWords(Words):
    """When calm pages wait, each day; in the person's own zone if none is named."""

    start: Annotated[TimeOfDay, Field(alias="from")]
    end: Annotated[TimeOfDay, Field(alias="to")]
    zone: Zone | None = None

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if self.start == self.end:
            msg = "quiet hours that begin and end at the same time never end; name two times"
            raise ValueError(msg)
        return self


class PersonWords(Words):
    """Somebody who can be paged, where they are reached, and how they want to be told."""

    name: Line
    zone: Zone
    email: Email
    webhook: Https | None = None
    phone: Phone | None = None
    slack: SlackUser | None = None
    matrix: MatrixUser | None = None
    teams: HttpsOrReference | None = None
    ntfy: TopicOrReference | None = None
    pagerduty: SecretReference | None = None
    splunk: SecretReference | None = None
    apprise: SecretReference | None = None
    quiet: QuietWords | None = None
    urgent: Annotated[tuple[NotifyWords, ...], Field(min_length=1, max_length=10)]
    calm: Annotated[tuple[NotifyWords, ...], Field(min_length=1, max_length=10)]


class PeopleFile(RootModel[Mapping[Slug, PersonWords]]):
    """`people.yaml`: everybody, by id."""

    model_config = ConfigDict(strict=True, frozen=True)


class TeamFile(Words):
    """`teams/ID.yaml`."""

    name: Line
    members: SomePeople
    leads: tuple[Slug, ...] = ()


class ClaimWords(Words):
    """Assets of a kind whose id fits a glob, with tags that fit globs; or any with such tags."""

    kind: Line = "*"
    id: Line = "*"
    tags: Annotated[Mapping[Line, Line], Field(max_length=10)] = _NO_TAGS

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.tags and {"kind", "id"} - self.model_fields_set:
            msg = "a claim names a kind and an id, or tags; name what it is about"
            raise ValueError(msg)
        if self.kind == "*" and self.id != "*":
            msg = "an id without its kind may be anything's; name the kind too"
            raise ValueError(msg)
        return self


class ServiceFile(Words):
    """`services/ID.yaml`."""

    name: Line
    owner: Slug
    escalation: Slug
    tier: Annotated[int, Field(ge=1, le=4)]
    accounts: tuple[AwsAccount, ...] = ()
    claims: tuple[ClaimWords, ...] = ()
    data: tuple[Line, ...] = ()
    depends_on: tuple[Slug, ...] = ()
    protected: bool = False


TargetWords = Annotated[
    str,
    Field(
        pattern=r"^(catch-all|(schedule|next|previous|person|leads|team|random|webhook)"
        r":[a-z0-9][a-z0-9-]{0,63})$"
    ),
]


class ZonedHoursWords(HoursWords):
    """Part of the week on one zone's clocks."""

    zone: Zone


class RungWords(Words):
    """Tell these, then wait so long for an answer; and when the step is not taken at all."""

    notify: Annotated[tuple[TargetWords, ...], Field(min_length=1, max_length=20)]
    wait: Length
    unless: Literal["acknowledged", "resolved"] = "acknowledged"
    hours: Annotated[tuple[ZonedHoursWords, ...], Field(max_length=20)] = ()
    only: Annotated[tuple[PriorityWord, ...], Field(max_length=5)] = ()
    round_robin: bool = False


class EscalationFile(Words):
    """`escalation/ID.yaml`: the steps, the whole ladder climbed `rounds` times."""

    steps: Annotated[tuple[RungWords, ...], Field(min_length=1, max_length=20)]
    rounds: Annotated[int, Field(ge=1, le=10)] = 1
    pause: Length | None = None
    acknowledge_timeout: Length | None = None
    acknowledgers: Annotated[int, Field(ge=1, le=10)] = 1
    webhooks: Annotated[Mapping[Slug, Https], Field(max_length=20)] = Field(
        default_factory=dict[str, str]
    )


class DecidesWords(Words):
    """What a route decides; what it leaves open comes from the service, then the default route."""

    service: Slug | None = None
    team: Slug | None = None
    priority: PriorityWord | None = None
    escalation: Slug | None = None
    runbook: Slug | None = None


class RouteWords(DecidesWords):
    """A route: what alerts it is for, and what it decides. `suppress` says why nobody is told."""

    id: Slug
    when: Condition | None = None
    hours: tuple[ZonedHoursWords, ...] = ()
    suppress: Line | None = None


class RoutesFile(Words):
    """`routes.yaml`: routes, tried in the order written, and what becomes of all other alerts."""

    routes: Annotated[tuple[RouteWords, ...], Field(max_length=1_000)] = ()
    default: DecidesWords | None = None


class CommsFile(Words):
    """`comms/ID.yaml`: the text of an update, with `{known}`-like places to fill."""

    name: Line
    text: Text


class InputWords(Words):
    """A list of names the run starts with, filled from the alert's assets of a kind."""

    kind: Line
    required: bool = True


class StepWords(Words):
    """What every step of a runbook has."""

    id: Slug
    needs: tuple[Slug, ...] = ()


class EvidenceWords(StepWords):
    """Collect what there is about each asset of an input."""

    evidence: Name


class ActWords(StepWords):
    """Take a registered action on each asset of an input."""

    act: Line
    each: Name
    approvals: Annotated[int, Field(ge=0, le=5)] = 1
    when: Line | None = None


class WatchWords(StepWords):
    """Hold until a check has stayed true for so long."""

    watch: Name
    lasting: Length


class AskWords(StepWords):
    """Ask the people a question."""

    ask: Text


STEPS: Mapping[str, type[StepWords]] = {
    "evidence": EvidenceWords,
    "act": ActWords,
    "watch": WatchWords,
    "ask": AskWords,
}


def _kind_of_step(value: object) -> str | None:
    return next((kind for kind in STEPS if isinstance(value, Mapping) and kind in value), None)


AnyStep = Annotated[
    Annotated[EvidenceWords, Tag("evidence")]
    | Annotated[ActWords, Tag("act")]
    | Annotated[WatchWords, Tag("watch")]
    | Annotated[AskWords, Tag("ask")],
    Discriminator(
        _kind_of_step,
        custom_error_type="step_kind",
        custom_error_message="a step has one of `evidence`, `act`, `watch`, `ask`",
    ),
]


class RunbookFile(Words):
    """`runbooks/ID.yaml`."""

    title: Line
    purpose: Text
    max_blast: Annotated[int, Field(ge=1, le=1_000)]
    inputs: Mapping[Name, InputWords]
    steps: Annotated[tuple[AnyStep, ...], Field(min_length=1, max_length=100)]


class ChangesFile(Words):
    """`changes.yaml`: who deploys for a living, and which calls must have been planned."""

    pipelines: Annotated[tuple[Line, ...], Field(min_length=1, max_length=200)]
    watch: Annotated[tuple[Line, ...], Field(min_length=1, max_length=200)] = ("*",)
    window: Length = timedelta(minutes=30)
    priority: PriorityWord = Priority.P4


class LimitWords(Words):
    """Time limits of a drill, from the first event, in plan time."""

    detect: Length
    acknowledge: Length
    declare: Length
    contain: Length
    recover: Length
    review: Length


class ExpectedWords(Words):
    """What must be seen and done."""

    priority: PriorityWord
    category: Slug
    runbook: Slug
    contained: tuple[Asset, ...]
    decoys: tuple[Asset, ...]


class DrillFile(Words):
    """`drills/ID.yaml`: an attack on a simulated world. `world` is read by the lab."""

    title: Line
    story: Text
    pace: Annotated[int, Field(ge=1, le=1_000)]
    limits: LimitWords
    expected: ExpectedWords
    script: Slug
    world: Mapping[str, Any]
