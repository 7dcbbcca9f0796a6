"""What importers say about a person, whichever system they come from."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from fireline.core.oncall.addresses import is_phone
from fireline.core.plan.lengths import length_text
from fireline.core.values.json import JsonObject, JsonValue

PEOPLE = "people.yaml"
MAX_RULES = 10
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
OWN_CONTACTS = "the person adds it under their own contacts, once the plan is pushed"


@dataclass(slots=True)
class Somebody:
    """A person as they come together. Rules are (channel, seconds after a page begins)."""

    name: str
    zone: str
    email: str
    phone: str = ""
    urgent: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    calm: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])

    def words(self) -> dict[str, JsonValue]:
        """Write the person. Whoever would be told nowhere is told by mail at once."""
        words: dict[str, JsonValue] = {"name": self.name[:200] or self.email, "zone": self.zone}
        if self.email:
            words["email"] = self.email
        if self.phone:
            words["phone"] = self.phone
        words["urgent"] = _rules(self.urgent)
        words["calm"] = _rules(self.calm)
        return words


def phone_of(text: str) -> str:
    """Write a phone as plans do, `+491511234567`; empty when it is none."""
    written = "+" + re.sub(r"[^0-9]", "", text)
    return written if is_phone(written) else ""


def is_mail(text: str) -> bool:
    """Tell whether a text is a mail address."""
    return len(text) <= 254 and _MAIL.fullmatch(text) is not None


def known_people(files: Mapping[str, JsonObject]) -> Mapping[str, str]:
    """Say which id a plan's people have already, by their mail address in small letters."""
    found: dict[str, str] = {}
    for id_, said in files.get(PEOPLE, {}).items():
        if isinstance(said, Mapping) and isinstance(mail := said.get("email"), str):
            found[mail.lower()] = id_
    return found


def _rules(rules: Sequence[tuple[str, int]]) -> list[JsonValue]:
    kept = sorted(set(rules), key=lambda rule: rule[1])[:MAX_RULES] or [("email", 0)]
    return [
        {"channel": channel, "after": length_text(timedelta(seconds=after))}
        for channel, after in kept
    ]
