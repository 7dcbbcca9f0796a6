"""Which id here each thing of an Opsgenie account has, however it is referred to there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from fireline.core.plan.importing.slugs import slugs_of
from fireline.core.plan.importing.wire import Answer, each, flag, text


@dataclass(slots=True)
class Names:
    """Ids here, by ids there; and by names there, which references may use instead."""

    people_by_id: Mapping[str, str]
    teams_by_id: dict[str, str]
    schedules_by_id: dict[str, str]
    policies_by_id: Mapping[str, str]
    by_name: Mapping[tuple[str, str], str]
    since: datetime
    members: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    leads: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    on_schedule: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])

    def person(self, said: Answer) -> str | None:
        """Return who a reference means; `None`: nobody who is here."""
        by_name = self.by_name.get(("user", text(said, "username").lower()))
        return self.people_by_id.get(text(said, "id")) or by_name

    def team(self, said: Answer) -> str | None:
        """Return the team a reference means."""
        return self.teams_by_id.get(text(said, "id")) or self._named("team", said, self.teams_by_id)

    def schedule(self, said: Answer) -> str | None:
        """Return the schedule a reference means."""
        known = self.schedules_by_id
        return known.get(text(said, "id")) or self._named("schedule", said, known)

    def policy(self, said: Answer) -> str | None:
        """Return the escalation a reference means."""
        known = self.policies_by_id
        return known.get(text(said, "id")) or self._named("escalation", said, known)

    def drop_team(self, slug: str) -> None:
        """Forget a team that is not here after all."""
        self.teams_by_id = {i: s for i, s in self.teams_by_id.items() if s != slug}

    def drop_schedule(self, slug: str) -> None:
        """Forget a schedule that is not here after all."""
        self.schedules_by_id = {i: s for i, s in self.schedules_by_id.items() if s != slug}

    def _named(self, kind: str, said: Answer, known: Mapping[str, str]) -> str | None:
        slug = self.by_name.get((kind, text(said, "name").lower()))
        return slug if slug in known.values() else None


def names_of(account: Answer, known: Mapping[str, str], since: datetime) -> Names:
    """Give everything a short name; people whom the plan knows by their mail keep theirs."""
    users = {text(user, "id"): text(user, "username") for user in each(account, "users")}
    met = {id_: known[mail.lower()] for id_, mail in users.items() if mail.lower() in known}
    new = ((id_, mail.partition("@")[0]) for id_, mail in users.items() if id_ not in met)
    people = met | dict(slugs_of(new, kind="person", taken=known.values()))
    kinds = {"team": "teams", "schedule": "schedules", "escalation": "escalations"}
    ids: dict[str, dict[str, str]] = {}
    by_name = {("user", mail.lower()): people[id_] for id_, mail in users.items()}
    for kind, key in kinds.items():
        named = {text(one, "id"): text(one, "name") for one in each(account, key)}
        ids[kind] = dict(slugs_of(named.items(), kind=kind))
        by_name |= {(kind, name.lower()): ids[kind][id_] for id_, name in named.items()}
    off = [
        text(s, "id") for s in each(account, "schedules") if not flag(s, "enabled", default=True)
    ]
    schedules = {id_: slug for id_, slug in ids["schedule"].items() if id_ not in off}
    return Names(people, ids["team"], schedules, ids["escalation"], by_name, since)
