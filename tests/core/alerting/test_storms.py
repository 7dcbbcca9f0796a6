"""When many alerts of one service are a storm, and what is told of it."""

from fireline.core.alerting import storms
from fireline.core.alerting.storms import Opened
from fireline.core.values.ids import ServiceId
from fireline.core.values.priority import Priority

SHOP = ServiceId("shop")


def test_ten_in_a_minute_are_told_and_the_eleventh_begins_a_storm():
    assert not storms.is_storm(10)
    assert storms.is_storm(11)


def test_a_summary_does_not_speak_for_what_is_more_urgent():
    assert storms.speaks_for(Priority.P2, Priority.P2)
    assert storms.speaks_for(Priority.P2, Priority.P4)
    assert not storms.speaks_for(Priority.P2, Priority.P1)


def test_a_summary_says_how_many_of_what_and_is_as_urgent_as_the_worst():
    opened = [Opened("Disk full", Priority.P3)] * 3 + [Opened("Net down", Priority.P2)]
    said = storms.summary(SHOP, "Web shop", opened)
    assert said.key == storms.storm_key(SHOP) == "storm:shop"
    assert said.title == storms.title(SHOP, "Web shop", 4)
    assert "4" in said.title
    assert said.priority is Priority.P2
    assert "1 P2, 3 P3" in said.description
    assert "3 x Disk full" in said.description


def test_a_summary_names_few_titles_and_counts_the_others():
    said = storms.summary(None, "", [Opened(f"t{n}", Priority.P3) for n in range(9)])
    assert "and 4 other titles" in said.description
    assert said.key == "storm:"
    assert storms.NOBODYS in said.title
