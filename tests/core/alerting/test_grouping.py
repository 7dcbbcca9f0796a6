from dataclasses import replace
from datetime import timedelta

import pytest

from fireline.core.alerting.flapping import LONGEST_SECOND_WAIT, LONGEST_WAIT, SHORTEST_WAIT
from fireline.core.alerting.links import CONFIDENCE, Link, Reason
from fireline.core.alerting.search import MEMBERS_MAX
from fireline.core.alerting.telling import TellIfStays, Telling, TellNobody, TellNow
from fireline.core.alerting.wishes import Matcher, Pair, Wishes
from fireline.core.signals.entity import PRINCIPAL, Entity
from fireline.core.values.priority import Priority
from tests.core.alerting.grouping_world import NOON, World, alert, occurrence, symptom

BOB = "arn:aws:iam::111122223333:user/bob"
CI = "arn:aws:iam::111122223333:role/ci"
MINUTE, HOUR = 60.0, 3600.0

Symptom = dict[str, object]


def pair(world: World, first: Symptom, second: Symptom) -> Link | None:
    world.fires(**first)
    return world.fires(**second).link


def spy(**things: object) -> Symptom:
    return {"title": "finding", "tactic": "discovery", **things}


JOINED: list[tuple[Symptom, Symptom, Reason, str]] = [
    (
        spy(who=BOB),
        spy(who=BOB, at=4 * MINUTE),
        Reason.SAME_PRINCIPAL,
        f"same principal {BOB}, 4 minutes apart",
    ),
    (
        spy(who=BOB, used="AKIA1"),
        spy(used="AKIA1", at=4 * MINUTE),
        Reason.SAME_CREDENTIAL,
        "same access key AKIA1, 4 minutes apart",
    ),
    (
        spy(who=BOB, asset="AKIANEW"),
        spy(used="AKIANEW", at=HOUR),
        Reason.MINTED_CREDENTIAL,
        "access key AKIANEW was made in one and used in the other, 1 hour apart",
    ),
    (
        {"title": "errors", "service": "checkout"},
        {"title": "latency", "service": "checkout", "at": 3 * MINUTE},
        Reason.SAME_SERVICE,
        "same service checkout, 3 minutes apart",
    ),
    (
        {"title": "full", "service": "orders-db"},
        {"title": "errors", "service": "checkout", "at": 40.0},
        Reason.DEPENDENCY,
        "checkout depends on orders-db, 40 seconds apart",
    ),
    (
        {"title": "errors", "service": "checkout"},
        {"title": "full", "service": "orders-db", "at": 40.0},
        Reason.DEPENDENCY,
        "checkout depends on orders-db, 40 seconds apart",
    ),
    (
        {"title": "unreachable", "service": "checkout", "host": "node-1", "pod": "checkout-1"},
        {"title": "down", "host": "node-1", "at": 20.0},
        Reason.SAME_HOST,
        "same host node-1, 20 seconds apart",
    ),
    (
        {"title": "unreachable", "service": "checkout", "host": "node-1", "pod": "checkout-1"},
        {"title": "unreachable", "service": "index", "host": "node-1", "pod": "index-1", "at": 9.0},
        Reason.SAME_HOST,
        "same host node-1, 9 seconds apart",
    ),
    (
        {"title": "down", "host": "node-1", "account": "1", "region": "eu"},
        {"title": "down", "host": "node-2", "account": "1", "region": "eu", "at": 30.0},
        Reason.SAME_PLACE,
        "down in 1/eu, 30 seconds apart",
    ),
    (
        {"title": "mining", "tactic": "impact", "pod": "checkout-1"},
        {"title": "shell", "tactic": "execution", "pod": "checkout-1", "at": 120.0},
        Reason.SAME_POD,
        "same pod checkout-1, 2 minutes apart",
    ),
    (
        {"title": "mining", "tactic": "impact", "asset": "arn:i-1"},
        {"title": "beacon", "tactic": "execution", "asset": "arn:i-1", "at": 120.0},
        Reason.SAME_ASSET,
        "same asset arn:i-1, 2 minutes apart",
    ),
    (
        spy(address="198.51.100.7", who=BOB),
        spy(address="198.51.100.7", at=60.0),
        Reason.SAME_ADDRESS,
        "same address 198.51.100.7, 1 minute apart",
    ),
    (
        {"title": "odd", "service": "", "asset": "arn:bucket"},
        {"title": "odder", "asset": "arn:bucket", "at": 60.0},
        Reason.SAME_ASSET,
        "same asset arn:bucket, 1 minute apart",
    ),
    (
        {"title": "a", "service": "mail", "group": "{}:{team=x}"},
        {"title": "b", "service": "mail", "group": "{}:{team=x}", "at": 220.0},
        Reason.SAME_SERVICE,
        "same service mail, 4 minutes apart",
    ),
]


@pytest.mark.parametrize(("first", "second", "reason", "sentence"), JOINED)
def test_symptoms_that_share_a_thread_are_one_alert_and_say_why(
    first: Symptom, second: Symptom, reason: Reason, sentence: str
):
    link = pair(World(), first, second)
    assert link is not None
    assert (link.reason, link.symptom) == (reason, symptom(1))
    assert link.sentence == sentence
    assert 0.5 < link.confidence <= 1


APART: list[tuple[str, Symptom, Symptom]] = [
    ("nothing shared", {"service": "checkout"}, {"service": "index"}),
    ("too long after", {"service": "checkout"}, {"service": "checkout", "at": HOUR}),
    (
        "an account is everybody's",
        {"title": "a", "account": "1", "region": "eu"},
        {"title": "b", "account": "1", "region": "eu"},
    ),
    (
        "two known identities behind one address",
        spy(who=BOB, address="192.0.2.1"),
        spy(who="arn:aws:iam::1:user/eve", address="192.0.2.1", at=60.0),
    ),
    (
        "a finding about somebody, and an outage, on one service",
        spy(service="checkout", pod="checkout-1"),
        {"title": "errors", "service": "checkout", "pod": "checkout-1"},
    ),
    (
        "callers of one thing, a minute apart and unknown",
        {"title": "expired", "service": "checkout"},
        {"title": "expired", "service": "billing", "at": 60.0},
    ),
]


@pytest.mark.parametrize(("why", "first", "second"), APART)
def test_symptoms_without_a_thread_are_two_alerts(why: str, first: Symptom, second: Symptom):
    assert pair(World(), first, second) is None, why


def test_the_same_access_key_ties_and_a_bare_role_does_not():
    world = World()
    ties = [world.fires(tactic="discovery", who=CI, used=used).link for used in ("A", "A", "B")]
    assert [each and each.reason for each in ties] == [None, Reason.SAME_CREDENTIAL, None]


def test_an_address_many_use_says_nothing():
    world = World()
    for number in range(4):
        world.fires(
            "x", tactic="discovery", who=f"{BOB}{number}", address="192.0.2.1", at=number * 1.0
        )
    assert world.fires("bare", tactic="discovery", address="192.0.2.1", at=2 * HOUR).opened
    world.fires("y", tactic="discovery", who=f"{BOB}9", address="192.0.2.1", at=2 * HOUR + 1)
    assert world.fires("bare", tactic="discovery", address="192.0.2.1", at=2 * HOUR + 2).opened


def test_steps_of_a_campaign_are_tied_over_hours_and_say_so():
    world = World()
    world.fires("a", tactic="initial-access", who=BOB)
    link = world.fires("b", tactic="exfiltration", who=BOB, at=6 * HOUR).link
    assert link is not None
    assert link.reason is Reason.CAMPAIGN
    assert "exfiltration and initial-access by" in link.sentence
    assert world.fires("c", tactic="impact", who=BOB, at=40 * HOUR).opened


def test_identity_without_tactics_ends_sooner():
    world = World()
    world.fires("a", who=BOB)
    assert not world.fires("b", who=BOB, at=3 * HOUR).opened
    assert world.fires("c", who=BOB, at=8 * HOUR).opened


def test_what_connects_two_alerts_makes_them_one_named_after_the_older():
    world = World()
    first = world.fires("errors", "checkout")
    second = world.fires("slow", "billing", at=50)
    assert second.opened
    third = world.fires("full", "orders-db", at=55)
    assert third.alert == first.alert
    assert third.merged == (second.alert,)
    assert not third.opened


def test_a_service_in_trouble_draws_its_callers_for_longer():
    world = World()
    world.fires("errors", "checkout")
    assert world.fires("errors", "shop", at=5 * MINUTE).opened
    late = World()
    late.fires("errors", "checkout")
    late.fires("slow", "checkout", at=30)
    late.ends(at=31)
    assert not late.fires("errors", "shop", at=190).opened


def test_nothing_joins_a_resolved_alert():
    world = World()
    first = world.fires("errors", "checkout")
    world.ends(at=10)
    second = world.fires("slow", "checkout", at=20)
    assert second.opened
    assert second.alert != first.alert


def test_nothing_joins_an_alert_a_person_closed():
    world = World()
    first = world.fires("errors", "checkout")
    world.grouping.closed(first.alert, NOON + timedelta(seconds=5))
    assert world.fires("slow", "checkout", at=20).opened


def test_a_trigger_after_the_end_is_a_new_alert_that_names_the_earlier():
    world = World()
    first = world.fires("errors", "checkout", key="k")
    world.ends(at=60)
    second = world.fires("errors", "checkout", key="k", at=120)
    assert second.opened
    assert (second.again, second.flaps) == (first.alert, 2)
    world.ends(at=180)
    assert world.fires("errors", "checkout", key="k", at=3 * HOUR).again is None


def test_a_key_comes_back_to_an_alert_that_is_still_live():
    world = World()
    first = world.fires("errors", "checkout", key="k")
    ended = world.last
    world.fires("slow", "checkout", at=10)
    world.ends(ended, at=20)
    back = world.fires("errors", "checkout", key="k", at=500)
    assert back.alert == first.alert
    assert back.link is not None
    assert back.link.reason is Reason.SAME_KEY
    assert back.telling == TellNow("it has come back")


def test_what_comes_back_at_once_is_told_again_if_it_stays_and_later_at_once():
    world = World()
    world.fires("errors", "checkout", key="k")
    world.ends(at=240)
    soon = world.fires("errors", "checkout", key="k", at=300)
    assert soon.telling == TellIfStays(timedelta(seconds=1.5 * 240), "it was over a moment ago")
    late = World()
    late.fires("errors", "checkout", key="k")
    late.ends(at=240)
    assert late.fires("errors", "checkout", key="k", at=20 * MINUTE).telling == TellNow()


def test_what_joins_an_alert_that_waits_to_be_told_is_told_at_once():
    world = World()
    world.fires("errors", "checkout", key="k")
    world.ends(at=60)
    back = world.fires("errors", "checkout", key="k", at=120)
    joins = world.fires("slow", "checkout", at=130)
    assert (joins.alert, joins.telling) == (back.alert, TellNow())


def test_a_flapping_key_that_fires_after_a_long_silence_is_told_at_once():
    world = World()
    for turn in range(3):
        world.fires("load", host="node-1", key="k", at=turn * 120)
        world.ends(at=turn * 120 + 60)
    again = world.fires("load", host="node-1", key="k", at=20 * MINUTE)
    assert again.flaps == 4
    assert isinstance(again.telling, TellNow)


def test_a_neighbour_joins_no_storm_that_began_over_ten_minutes_ago():
    world = World()
    for number in range(4):
        world.fires("errors", "checkout", at=number * 200)
    assert world.fires("errors", "shop", at=601).opened
    assert not world.fires("errors", "checkout", at=602).opened


def test_the_third_firing_within_an_hour_is_told_only_if_it_stays():
    world = World()
    tellings = []
    for turn in range(5):
        tellings.append(world.fires("load", host="node-1", key="k", at=turn * 300).telling)
        world.ends(at=turn * 300 + 100)
    assert tellings[0] == TellNow()
    assert all(isinstance(each, TellIfStays) for each in tellings[1:])
    assert [each.wait for each in tellings[2:]] == [SHORTEST_WAIT] * 3


def test_the_wait_grows_with_how_long_the_firings_last_and_not_beyond_half_an_hour():
    world = World()
    waits = []
    for turn in range(4):
        telling = world.fires("load", host="node-1", key="k", at=turn * 900).telling
        if isinstance(telling, TellIfStays):
            waits.append(telling.wait)
        world.ends(at=turn * 900 + (840 if turn < 2 else 899))
    longest = [timedelta(seconds=1.5 * 840), timedelta(seconds=1.5 * 899)]
    assert waits == [LONGEST_SECOND_WAIT, *longest]
    assert all(SHORTEST_WAIT < each < LONGEST_WAIT for each in longest)


def test_a_flapping_key_draws_nothing_to_itself_and_leaves_what_it_stood_beside():
    world = World()
    storm = world.fires("errors", "checkout")
    world.fires("slow", "checkout", key="k", at=1)
    placed = storm
    for turn in range(1, 4):
        world.ends(at=turn * 300 - 100)
        placed = world.fires("slow", "checkout", key="k", at=turn * 300)
    assert placed.alert != storm.alert
    assert placed.flaps == 4
    assert world.fires("new", "checkout", at=905).alert != placed.alert


def test_who_joins_is_told_to_nobody_unless_it_can_no_longer_wait():
    world = World()
    world.fires("a", "checkout", priority=Priority.P4)
    assert isinstance(world.fires("b", "checkout", priority=Priority.P2, at=1).telling, TellNobody)
    other = World()
    other.fires("a", "checkout", priority=Priority.P4)
    again = other.fires("b", "checkout", priority=Priority.P1, at=1).telling
    assert again == TellNow("what could wait has become critical")
    quiet = other.fires("c", "checkout", priority=Priority.P1, at=2).telling
    assert isinstance(quiet, TellNobody)


def test_what_a_person_split_off_never_rejoins():
    world = World()
    first = world.fires("errors", "checkout")
    world.fires("slow", "checkout", at=1)
    world.grouping.split(first.alert, [symptom(2)], fresh=alert(50))
    third = world.fires("more", "checkout", at=2)
    assert third.alert in {first.alert, alert(50)}
    assert third.merged == ()
    world.fires("full", "orders-db", at=3)
    assert world.fires("timeouts", "checkout", at=4).merged == ()


def test_a_split_of_nothing_or_everything_changes_nothing():
    world = World()
    first = world.fires("errors", "checkout")
    world.grouping.split(first.alert, [symptom(1)], fresh=alert(50))
    world.grouping.split(alert(77), [symptom(1)], fresh=alert(51))
    assert world.fires("slow", "checkout", at=2).alert == first.alert


def test_what_a_person_merged_is_one_even_after_a_split():
    world = World()
    first = world.fires("errors", "checkout")
    world.fires("slow", "checkout", at=1)
    world.grouping.split(first.alert, [symptom(2)], fresh=alert(50))
    world.grouping.merge(first.alert, alert(50))
    world.grouping.merge(first.alert, first.alert)
    assert world.fires("more", "checkout", at=2).alert == first.alert


def test_a_rule_somebody_made_ties_what_nothing_else_ties():
    rule = Pair("mail follows index", Matcher(service="mail"), Matcher(service="ind*"))
    world = World(wishes=Wishes(together=(rule,)))
    world.fires("errors", "mail")
    link = world.fires("errors", "index", at=10 * MINUTE).link
    assert link is not None
    assert (link.reason, link.thing) == (Reason.WISHED, "mail follows index")


def test_a_rule_somebody_made_keeps_apart_what_would_be_tied():
    rule = Pair("shells", Matcher(title="shell*"), Matcher())
    world = World(wishes=Wishes(apart=(rule,)))
    first = world.fires("errors", "checkout")
    assert world.fires("shell in pod", "checkout", at=1).opened
    assert world.fires("slow", "checkout", at=2).alert == first.alert


def test_a_title_that_never_has_company_joins_no_storm():
    world = World()
    for day in range(1, 9):
        world.fires("backup failed", "mail", at=-day * HOUR)
        world.ends(at=-day * HOUR + 60)
        world.fires("errors", "checkout", at=-day * HOUR)
        world.fires("slow", "checkout", at=-day * HOUR + 5)
        world.ends(at=-day * HOUR + 60)
    world.fires("errors", "checkout")
    assert not world.fires("slow", "checkout", at=1).opened
    assert world.fires("backup failed", "checkout", at=2).opened
    assert world.fires("backup failed", "mail", at=3).opened


def test_a_repetition_that_names_more_ties_more():
    world = World()
    world.fires("role assumed", tactic="lateral-movement", who=BOB, key="k")
    session = world.fires("data read", tactic="exfiltration", who="arn:session", at=10)
    assert session.opened
    again = occurrence(3, "role assumed", at=20, key="k", tactic="lateral-movement", who=BOB)
    assert world.grouping.repeated(symptom(1), again) is None
    more = replace(again, entities=again.entities | {Entity(PRINCIPAL, "arn:session")})
    placed = world.grouping.repeated(symptom(1), more)
    assert placed is not None
    assert (placed.alert, placed.merged) == (alert(1), (alert(2),))
    assert placed.link is not None
    assert placed.link.reason is Reason.SAME_PRINCIPAL


def test_a_resolve_under_an_unknown_key_finds_what_it_speaks_of():
    world = World()
    world.fires("errors", "checkout", pod="checkout-1")
    unknown = occurrence(7, "errors", "checkout", key="other", pod="checkout-1", at=9)
    assert world.grouping.meant(unknown) == symptom(1)
    world.ends(symptom(1), at=10)
    assert world.grouping.meant(unknown) is None


def test_a_key_long_silent_moves_to_the_problem_it_turns_up_in():
    world = World()
    first = world.fires("errors", "checkout", key="k")
    storm = world.fires("full", "orders-db", at=2 * HOUR)
    again = occurrence(9, "errors", "checkout", key="k", at=2 * HOUR + 20)
    assert world.grouping.moves(again)
    world.ends(symptom(1), at=2 * HOUR + 20)
    placed = world.grouping.place(again, fresh=alert(9))
    assert placed.alert == storm.alert != first.alert


def test_a_key_long_silent_is_a_repetition_where_nothing_else_happens():
    world = World()
    world.fires("errors", "checkout", key="k")
    again = occurrence(9, "errors", "checkout", key="k", at=2 * HOUR)
    assert not world.grouping.moves(again)
    world.grouping.seen(symptom(1), NOON + timedelta(hours=2))
    soon = occurrence(10, "errors", "checkout", key="k", at=2 * HOUR + 60)
    assert not world.grouping.moves(soon)


def ended_before(world: World) -> None:
    for number in range(20):
        world.fires("slow", "index", at=-9 * HOUR + number)
        world.ends(at=-9 * HOUR + number + 1)


def test_what_a_source_that_says_each_firing_once_repeats_is_a_new_problem():
    world = World()
    ended_before(world)
    first = world.fires("expired", "checkout", key="k")
    again = occurrence(99, "expired", "checkout", key="k", at=700)
    assert not world.grouping.moves(replace(again, at=NOON + timedelta(seconds=200)))
    assert world.grouping.moves(again)
    world.ends(at=700)
    placed = world.grouping.place(again, fresh=alert(99))
    assert placed.alert != first.alert
    assert placed.telling == TellNow()


def flapped(world: World, times: int = 4) -> None:
    """Let a key fire and end, a minute each."""
    for turn in range(times):
        world.fires("load", host="node-1", key="k", at=turn * 120)
        world.ends(at=turn * 120 + 60)


def crossed(world: World, number: int, at: float) -> Telling | None:
    """Let a key that flaps fire at a moment and once more half a minute later."""
    world.fires("load", host="node-1", key="k", at=at)
    more = occurrence(number, "load", host="node-1", key="k", at=at + 30)
    if not world.grouping.moves(more):
        return None
    world.ends(at=at + 30)
    placed = world.grouping.place(more, fresh=alert(number))
    world.grouping.resolved(more.id, NOON + timedelta(seconds=at + 60))
    return placed.telling


def test_two_things_that_flap_under_one_key_are_told_twice_and_then_known():
    world = World()
    flapped(world)
    told = TellNow("something else fires under its key as well")
    assert crossed(world, 91, 480) == told
    assert crossed(world, 92, 600) == told
    assert isinstance(crossed(world, 93, 720), TellIfStays)


def test_a_key_that_flaps_and_repeats_itself_is_one_thing():
    world = World()
    flapped(world)
    world.fires("load", host="node-1", key="k", at=480)
    world.grouping.seen(world.last, NOON + timedelta(seconds=500))
    assert not world.grouping.moves(occurrence(91, "load", host="node-1", key="k", at=530))


def test_a_stutter_of_a_key_that_flaps_is_no_second_thing():
    world = World()
    flapped(world)
    world.fires("load", host="node-1", key="k", at=480)
    assert not world.grouping.moves(occurrence(91, "load", host="node-1", key="k", at=490))


def test_what_a_source_that_repeats_itself_repeats_is_nothing_new():
    world = World()
    ended_before(world)
    for number in range(2):
        world.fires("slow", "index", at=-HOUR + number)
        world.grouping.seen(world.last, NOON - timedelta(minutes=50))
    world.fires("expired", "checkout", key="k")
    assert not world.grouping.moves(occurrence(99, "expired", "checkout", key="k", at=700))


def test_a_group_is_full_one_day_and_the_next_symptom_opens_another():
    world = World()
    first = world.fires("errors", "checkout")
    placed = first
    for number in range(MEMBERS_MAX):
        placed = world.fires("errors", "checkout", at=number * 0.01)
    assert placed.opened
    assert world.fires("errors", "checkout", at=11).alert == placed.alert


def test_what_is_forgotten_is_gone_and_what_lives_is_not():
    world = World()
    world.fires("errors", "checkout", key="k")
    world.ends(at=5)
    kept = world.fires("errors", "index", at=HOUR)
    world.grouping.forget(NOON + timedelta(minutes=30))
    assert world.fires("errors", "checkout", key="k", at=HOUR).flaps == 1
    assert world.fires("slow", "index", at=HOUR + 5).alert == kept.alert
    world.grouping.forget(NOON + timedelta(days=9))
    for number in range(1, 5):
        world.grouping.seen(symptom(number), NOON)
        world.grouping.resolved(symptom(number), NOON)
    world.grouping.closed(kept.alert, NOON)
    world.grouping.merge(kept.alert, alert(1))
    assert world.fires("slow", "index", at=HOUR + 6).opened


def test_every_reason_has_a_confidence_and_a_sentence():
    for reason in Reason:
        assert 0 < CONFIDENCE[reason] <= 1
        for seconds, said in ((0, "same moment"), (30, "30 seconds"), (90_000, "1 day")):
            assert said in Link(reason, "it", symptom(1), seconds).sentence
