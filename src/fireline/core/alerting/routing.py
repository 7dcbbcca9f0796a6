"""Whose an alert is: the plan's routes, then what is known of it, then the default.

The first route that fits decides. What it leaves open comes from the service: the one the source
names, else the owner of what the alert is about, else the one its source is set to; and what is
open even then from the plan's default route. Owners are found in the order the inventory finds
them (`ownership.why_owner`): an alert goes to whom its asset's page names. A route that fails on an
alert does not fit it, and is counted; no alert is lost by routing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime

from cel_expr_python import cel

from fireline.core.alerting.route import (
    DEFAULT,
    ENVIRONMENT,
    Broken,
    Decides,
    Origin,
    Route,
    Timetable,
    answer,
    asked_about,
    given,
    labels_needed,
)
from fireline.core.alerting.whereabouts import Known, Sought, sought, whereabouts
from fireline.core.assets.ownership import Service, claimant, said_owner, tagged_owner
from fireline.core.assets.ref import AssetRef
from fireline.core.signals import entity
from fireline.core.signals.notice import Notice
from fireline.core.values.ids import PolicyId, RouteId, RunbookId, ServiceId, TeamId
from fireline.core.values.priority import Priority

MAX_REMEMBERED = 50_000
# Conditions asked in one go; most alerts fit none of them, and then one answer is enough.
_AT_ONCE = 8
# Labels by which sources name the service, in the order they are believed.
SERVICE_LABELS = ("service", "service_name", "app")
_NO_DEFAULT = Decides()


@dataclass(frozen=True, slots=True)
class Ground:
    """The parts of a plan that routing stands on. `teams` and `runbooks` are ids, with names."""

    routes: tuple[Route, ...]
    default: Decides | None
    services: tuple[Service, ...]
    teams: Mapping[TeamId, str]
    runbooks: frozenset[RunbookId]


@dataclass(frozen=True, slots=True)
class Routed:
    """Whose an alert is, how urgent, and what to do first; `reason` says in a sentence why.

    `route` is the one that fitted, or `default` where only the default route knew an owner.
    `untold_why` is the reason of a route that lets nobody be told, and then `dropped` is true: the
    alert is kept and shown all the same.
    """

    route: RouteId | None
    service: ServiceId | None
    team: TeamId | None
    policy: PolicyId | None
    priority: Priority
    runbook: RunbookId | None
    reason: str
    untold_why: str = ""

    @property
    def dropped(self) -> bool:
        """Whether a route lets nobody be told."""
        return bool(self.untold_why)

    @property
    def unrouted(self) -> bool:
        """Whether neither a route nor a service knew an owner: what the report lists."""
        return self.route == DEFAULT or (self.service is None and self.team is None)


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of one route for one alert, in a sentence. `fits` is true once at most."""

    route: RouteId
    fits: bool
    why: str


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of an alert's service before any route is asked, and how."""

    service: Service | None
    team: TeamId | None
    why: str


class Router:
    """A plan's routes, compiled. Keep it as long as the plan runs: it remembers who claims what."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._services = {service.id: service for service in ground.services}
        self._named = _names((service.id, service.name) for service in ground.services)
        self._teams = _names(ground.teams.items())
        self._runbooks = _names((runbook, "") for runbook in ground.runbooks)
        self._policies = _policies_of_teams(ground.services)
        self._claimed: dict[tuple[str, str], Service | None] = {}
        self._accounts = {
            account: service
            for service in reversed(ground.services)
            for account in service.accounts
        }
        self._groups = tuple(
            _Group(ground.routes[start : start + _AT_ONCE])
            for start in range(0, len(ground.routes), _AT_ONCE)
        )
        self.inventory: Mapping[AssetRef, Known] = {}
        self.failed: Counter[RouteId] = Counter()

    def seeks(self, notices: Iterable[Notice]) -> tuple[Sought, ...]:
        """List what should be looked up in the inventory before these are routed, each once."""
        found = {
            one.ref: one
            for notice in notices
            if self._said_by_source(notice) is None
            for one in sought(notice)
        }
        return tuple(found.values())

    def knowing(self, known: Mapping[AssetRef, Known]) -> "Router":
        """Return this router with what the inventory knows of assets; all else is shared."""
        other = copy(self)
        other.inventory = known
        return other

    def route(
        self,
        notice: Notice,
        *,
        source: str,
        format: str,  # noqa: A002 - the house's word for how a source speaks
        default_service: ServiceId | None,
        at: datetime,
    ) -> Routed:
        """Say whose a notice is. Never fails, whatever the notice and the routes say."""
        origin = Origin(source, format, default_service)
        known = self._known(notice, origin)
        asked = _asked(notice, origin, known, at)
        for group in self._groups:
            for one in group.maybe(asked, notice.labels):
                if one.hours.hold(at) and self._fits(one, asked):
                    return self._decided(notice, known, one.route)
        return self._decided(notice, known, None)

    def explain(
        self, notice: Notice, origin: Origin, *, at: datetime
    ) -> tuple[Routed, tuple[Tried, ...]]:
        """Say whose a notice is, and what became of each route, in their order."""
        known = self._known(notice, origin)
        asked = _asked(notice, origin, known, at)
        fitting: Route | None = None
        tried: list[Tried] = []
        for one in (each for group in self._groups for each in group.routes):
            why = f"`{fitting.id}` came first" if fitting else _why_not(one, asked, at)
            tried.append(Tried(one.route.id, not why, why or _what_fits(one.route)))
            fitting = fitting or (None if why else one.route)
        return self._decided(notice, known, fitting), tuple(tried)

    def _fits(self, one: "_Compiled", asked: cel.Activation) -> bool:
        said = one.answer(asked)
        if isinstance(said, Broken):
            if not said.absent:
                self.failed[one.route.id] += 1
            return False
        return said

    def _known(self, notice: Notice, origin: Origin) -> _Known:
        team = TeamId(self._teams.get(notice.team.casefold(), "")) or None
        if (said := self._said_by_source(notice)) is not None:
            named, word = said
            return self._of(named, team, f"the source names the service {word}")
        claimed = self._claimed_by(notice)
        if claimed is not None:
            service, why = claimed
            return _Known(service, team or service.owner, why)
        if origin.service is not None and origin.service in self._services:
            return self._of(origin.service, team, f"the source {origin.source} is set to it")
        return _Known(None, team, f"the source names the team {notice.team}" if team else "")

    def _of(self, service: ServiceId, team: TeamId | None, why: str) -> _Known:
        found = self._services[service]
        return _Known(found, team or found.owner, why)

    def _said_by_source(self, notice: Notice) -> tuple[ServiceId, str] | None:
        for word in (notice.service, *(notice.labels.get(name, "") for name in SERVICE_LABELS)):
            named = self._named.get(word.casefold()) if word else None
            if named is not None:
                return ServiceId(named), word
        return None

    def _claimed_by(self, notice: Notice) -> tuple[Service, str] | None:
        """Find the owner as `ownership.why_owner` does: what is said of an asset before accounts.

        An asset the inventory does not know has no tags here, and may have no account.
        """
        refs = tuple(whereabouts(notice))
        for ref in refs:
            if (found := self._said_of(ref)) is not None:
                return found
        for known in (self.inventory[ref] for ref in refs if ref in self.inventory):
            if (tagged := tagged_owner(known.tags, self._ground.services)) is not None:
                return tagged.service, _inventory_says(known, tagged.service, tagged.reason)
        for ref in refs:
            account = ref.account or (
                self.inventory[ref].asset.account if ref in self.inventory else ""
            )
            if account and (service := self._accounts.get(account)) is not None:
                return service, f"{service.name} claims the account {account}"
        return None

    def _said_of(self, ref: AssetRef) -> tuple[Service, str] | None:
        """Return the service that fireline's own tag names, or that claims an asset."""
        known = self.inventory.get(ref)
        if known is not None:
            said = said_owner(known.asset, known.tags, self._ground.services)
            if said is not None:
                return said.service, _inventory_says(known, said.service, said.reason)
        service = self._claims(ref)
        return (service, f"{service.name} claims {ref.id}") if service else None

    def _claims(self, ref: AssetRef) -> Service | None:
        place = (ref.kind, ref.id)
        if place not in self._claimed:
            if len(self._claimed) >= MAX_REMEMBERED:
                self._claimed.clear()
            self._claimed[place] = claimant(ref, self._ground.services)
        return self._claimed[place]

    def _decided(self, notice: Notice, known: _Known, route: Route | None) -> Routed:
        decides = route.decides if route else _NO_DEFAULT
        owner = self._owner(decides, known)
        default = self._ground.default or _NO_DEFAULT
        why, id_ = _reason(route, decides, known), route.id if route else None
        if owner.service is None and owner.team is None and owner.policy is None:
            owner = self._owner(default, known)
            why = "nothing says whose it is, so the default route"
            if owner.service is None and owner.team is None and owner.policy is None:
                why = "nothing says whose it is, so the people of last resort"
            else:
                id_ = DEFAULT
        return Routed(
            route=id_,
            service=owner.service,
            team=owner.team,
            policy=owner.policy or default.policy,
            priority=decides.priority or notice.priority,
            runbook=decides.runbook or self._runbook(notice) or default.runbook,
            reason=why,
            untold_why=decides.suppress,
        )

    def _owner(self, decides: Decides, known: _Known) -> "_Owner":
        service = self._services.get(decides.service) if decides.service else known.service
        hinted = known.team if decides.service is None else None
        team = decides.team or hinted or (service.owner if service else None)
        policy = decides.policy
        if policy is None and service is not None and team == service.owner:
            policy = service.policy
        if policy is None and team is not None:
            policy = self._policies.get(team) or (service.policy if service else None)
        return _Owner(service.id if service else None, team, policy)

    def _runbook(self, notice: Notice) -> RunbookId | None:
        return RunbookId(self._runbooks.get(notice.runbook.casefold(), "")) or None


@dataclass(frozen=True, slots=True)
class _Owner:
    service: ServiceId | None
    team: TeamId | None
    policy: PolicyId | None


class _Compiled:
    """One route, ready to be asked."""

    def __init__(self, route: Route) -> None:
        self.route = route
        self.hours = Timetable(route.hours)
        self.needs = labels_needed(route.when)
        self._condition = _compiled(route.when) if route.when else None

    def answer(self, asked: cel.Activation) -> bool | Broken:
        """Say whether its condition holds; without one it does."""
        if self._condition is None:
            return Broken("the condition does not read", absent=False) if self.route.when else True
        return answer(self._condition, asked)


class _Group:
    """Some routes in a row, asked together first whether there is one among them that may fit."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self.routes = tuple(_Compiled(route) for route in routes)
        together = [one.route.when for one in self.routes if not one.needs]
        # One without a condition always fits, which leaves nothing to ask.
        worth_it = len(together) > 1 and all(together)
        self._any = _compiled(" || ".join(f"({when})" for when in together)) if worth_it else None

    def maybe(self, asked: cel.Activation, labels: Mapping[str, str]) -> Sequence[_Compiled]:
        """Return the routes that may fit: all, less those of which it is certain that they do not.

        Asking together takes back no mistake: if one of them fails, all are asked by themselves.
        """
        none = self._any is not None and answer(self._any, asked) is False
        return [
            one for one in self.routes if (one.needs <= labels.keys() if one.needs else not none)
        ]


def _asked(notice: Notice, origin: Origin, known: _Known, at: datetime) -> cel.Activation:
    service = known.service.id if known.service else notice.service
    found = (service, known.team or notice.team, _account_of(notice))
    return asked_about(given(notice, origin, found=found, at=at))


def _compiled(condition: str) -> cel.Expression | None:
    try:
        return ENVIRONMENT.compile(condition)
    except RuntimeError:
        # A plan is checked before it runs; several conditions together may be too deep to compile.
        return None


def _why_not(one: _Compiled, asked: cel.Activation, at: datetime) -> str:
    if not one.hours.hold(at):
        return "it is outside its hours"
    said = one.answer(asked)
    match said:
        case Broken(why=why, absent=True):
            return f"the alert lacks what it asks for: {why}"
        case Broken(why=why):
            return f"it fails on this alert: {why}"
        case False:
            return f"not {one.route.when}"
        case _:
            return ""


def _what_fits(route: Route) -> str:
    return route.when or "it is for every alert"


def _reason(route: Route | None, decides: Decides, known: _Known) -> str:
    if route is not None and (decides.service or decides.team or decides.policy):
        return f"the route {route.id}"
    return known.why


def _inventory_says(known: Known, service: Service, why: str) -> str:
    return f"the inventory says {known.asset.id} is {service.name}'s: {why}"


def _names(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Index ids by what people may write: the id, or the name where it is nobody's id."""
    every = tuple(pairs)
    by_name = {name.casefold(): id_ for id_, name in reversed(every) if name}
    return {**by_name, **{id_.casefold(): id_ for id_, _ in every}}


def _policies_of_teams(services: Sequence[Service]) -> dict[TeamId, PolicyId]:
    """Find how a team is told that is named without a service: as all its services agree."""
    found: dict[TeamId, set[PolicyId]] = {}
    for service in services:
        found.setdefault(service.owner, set()).add(service.policy)
    return {team: next(iter(all_)) for team, all_ in found.items() if len(all_) == 1}


def _account_of(notice: Notice) -> str:
    named = (one.value for one in notice.entities if one.kind == entity.ACCOUNT)
    return next(named, "") or next((a.account for a in notice.assets if a.account), "")
