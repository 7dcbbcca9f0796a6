"""Who is meant by what a calendar says of a shift."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from fireline.core.oncall.named import people_named
from fireline.core.oncall.people import Contact, NotifyRule, Person
from fireline.core.values.ids import PersonId


def person(id_: str, name: str) -> Person:
    contacts = (Contact("email", f"{id_}@example.com"),)
    rules = (NotifyRule("email", timedelta()),)
    return Person(PersonId(id_), name, ZoneInfo("UTC"), contacts, rules, rules)


PEOPLE = {
    one.id: one
    for one in (
        person("ana", "Ana Duarte"),
        person("bo", "Bo Lindqvist"),
        person("bo-2", "Bo"),
        person("s1", "Sam Lee"),
        person("s2", "Sam Lee"),
        person("femi", "Fẹ́mi O'Neill"),
    )
}


@pytest.mark.parametrize(
    ("invited", "text", "meant"),
    [
        (["ANA@example.com"], "Bo Lindqvist", ["ana"]),
        (["stranger@example.com"], "<bo@example.com> (ana)", ["bo"]),
        ([], "On call: ana@example.com, bo@example.com", ["ana", "bo"]),
        ([], "bo lindqvist and ANA  DUARTE", ["bo", "ana"]),
        ([], "Bo, then Bo Lindqvist", ["bo-2", "bo"]),
        ([], "Sam Lee", []),
        ([], "Primary - Fẹ́mi O'Neill - SRE", ["femi"]),
        ([], "[L1] ana", ["ana"]),
        ([], "L1-bo-2", []),
        ([], "(bo-2)", ["bo-2"]),
        ([], "Anastasia Duartes", []),
        ([], "", []),
    ],
)
def test_people_are_named(invited: list[str], text: str, meant: list[str]):
    assert list(people_named(PEOPLE, invited, text)) == meant
