"""Find the people of a plan in what a calendar says of a shift."""

import re
from collections.abc import Iterable, Mapping

from fireline.core.oncall.people import Person
from fireline.core.values.ids import PersonId

_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"']+@[^\s<>()\[\],;:\"']+")
_WORD = re.compile(r"[\w.-]+")


def people_named(
    people: Mapping[PersonId, Person], addresses: Iterable[str], text: str
) -> tuple[PersonId, ...]:
    """Return who is meant: by the addresses of those invited, else by what the text says.

    In a text, an address counts before a full name, and a full name before a short one; several
    people may be named. Nobody is guessed.
    """
    by_address = _by_address(people)
    found = [by_address[one.casefold()] for one in addresses if one.casefold() in by_address]
    if not found:
        said = [one.casefold() for one in _ADDRESS.findall(text)]
        found = [by_address[one] for one in said if one in by_address]
    if not found:
        found = _by_full_name(people, text)
    if not found:
        words = {word.casefold() for word in _WORD.findall(text)}
        found = [person for person in people if person.casefold() in words]
    return tuple(dict.fromkeys(found))


def _by_address(people: Mapping[PersonId, Person]) -> Mapping[str, PersonId]:
    return {
        address.casefold(): person.id
        for person in people.values()
        for address in person.addresses("email")
    }


def _by_full_name(people: Mapping[PersonId, Person], text: str) -> list[PersonId]:
    called: dict[str, list[PersonId]] = {}
    for person in people.values():
        called.setdefault(_plain(person.name), []).append(person.id)
    left = _plain(text)
    found: list[tuple[int, PersonId]] = []
    # The longest first, so that Bo is not in Bo Lindqvist; what two are called is nobody's.
    for name in sorted(called, key=len, reverse=True):
        at = left.find(name) if name.strip() else -1
        if at >= 0:
            left = left.replace(name, " " * len(name))
            found += [(at, person) for person in called[name] if len(called[name]) == 1]
    return [person for _, person in sorted(found)]


def _plain(text: str) -> str:
    return f" {' '.join(_WORD.findall(text.casefold()))} "
