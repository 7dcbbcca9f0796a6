"""Which change is blamed: where a problem began, how long before, and what else they share."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.alerting.change import Change
from fireline.core.alerting.occurrence import Topology
from fireline.core.alerting.roots import Felt, roots_of
from fireline.core.alerting.suspects import (
    HORIZON,
    LATE_WORD,
    MAX_SUSPECTS,
    Problem,
    Suspect,
    suspects_of,
)
from fireline.core.signals.entity import ACCOUNT, ASSET, PRINCIPAL, Entity
from fireline.core.signals.notice import Kind
from fireline.core.values.ids import ChangeId, ServiceId

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
WEB, CART, ORDERS, STORE, MAIL, LOGIN = (
    ServiceId(name) for name in ("web", "cart", "orders", "orders-db", "mail", "login")
)
SHOP = Topology(
    {WEB: (CART, LOGIN), CART: (ORDERS,), ORDERS: (STORE, MAIL), STORE: (), MAIL: (), LOGIN: ()}
)
BUCKET = Entity(ASSET, "aws.s3.bucket/111122223333/global/shop-images")


def change(
    number: int,
    service: ServiceId | None = ORDERS,
    *,
    minutes: float = 30,
    planned: bool | None = True,
    entities: Sequence[Entity] = (),
) -> Change:
    return Change(
        id=ChangeId(UUID(int=number)),
        at=NOW - timedelta(minutes=minutes),
        kind=Kind.DEPLOY,
        service=service,
        planned=planned,
        entities=frozenset(entities),
    )


def problem(*services: ServiceId, entities: frozenset[Entity] = frozenset()) -> Problem:
    """Say that services are in trouble, each a minute after the one before."""
    felt = {name: Felt(NOW + timedelta(minutes=place), 2) for place, name in enumerate(services)}
    return Problem(NOW, felt, entities)


def ranked(found: Sequence[Suspect]) -> list[int]:
    return [one.change.id.int for one in found]


def test_the_service_the_others_lead_down_to_is_blamed_though_it_alerted_last():
    found = suspects_of(
        problem(WEB, CART, ORDERS, STORE),
        [change(1, WEB, minutes=5), change(2, CART, minutes=5), change(3, STORE, minutes=300)],
        SHOP,
    )
    assert ranked(found)[0] == 3
    assert found[0].reasons == (
        "same service (orders-db)",
        "3 of the services in trouble depend on it",
        "5 hours before",
    )


def test_of_two_changes_of_one_service_the_later_is_likelier():
    found = suspects_of(
        problem(ORDERS),
        [change(1, minutes=600), change(2, minutes=12), change(3, minutes=45)],
        SHOP,
    )
    assert ranked(found) == [2, 3, 1]


def test_a_change_of_a_day_ago_where_it_began_beats_a_fresh_one_elsewhere():
    found = suspects_of(
        problem(ORDERS, CART, WEB),
        [
            change(1, ORDERS, minutes=26 * 60),
            change(2, LOGIN, minutes=3),
        ],
        SHOP,
    )
    assert ranked(found)[0] == 1


def test_what_a_silent_dependency_changed_is_suspect_and_says_how_it_is_related():
    found = suspects_of(problem(CART, WEB), [change(1, STORE, minutes=10)], SHOP)
    assert found[0].reasons == (
        "upstream of cart, 2 hops",
        "2 of the services in trouble depend on it",
        "10 minutes before",
    )


def test_what_has_nothing_in_common_but_its_time_is_no_suspect():
    found = suspects_of(problem(LOGIN), [change(1, MAIL, minutes=1), change(2, None)], SHOP)
    assert found == ()


def test_what_calls_the_service_in_trouble_is_no_suspect():
    assert suspects_of(problem(STORE), [change(1, WEB, minutes=1)], SHOP) == ()


def test_the_same_asset_or_identity_makes_a_change_suspect_wherever_it_was():
    thief = Entity(PRINCIPAL, "arn:aws:iam::111122223333:user/thief")
    told = problem(LOGIN, entities=frozenset({thief, BUCKET}))
    found = suspects_of(
        told, [change(1, None, entities=[thief]), change(2, MAIL, entities=[BUCKET])], SHOP
    )
    assert ranked(found) == [2, 1]
    assert found[0].reasons[0] == f"same asset ({BUCKET.value})"
    assert found[1].reasons[0] == f"same principal ({thief.value})"


def test_sharing_the_account_is_sharing_nothing():
    account = Entity(ACCOUNT, "111122223333")
    told = problem(LOGIN, entities=frozenset({account}))
    assert suspects_of(told, [change(1, MAIL, entities=[account])], SHOP) == ()


def test_of_equal_changes_the_unplanned_is_likelier_and_says_so():
    found = suspects_of(problem(ORDERS), [change(1), change(2, planned=False)], SHOP)
    assert ranked(found) == [2, 1]
    assert found[0].reasons[-1] == "not planned"


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0, "at the same moment"),
        (1, "1 minute before"),
        (23, "23 minutes before"),
        (119, "119 minutes before"),
        (600, "10 hours before"),
        (-1.5, "2 minutes after"),
    ],
)
def test_the_time_is_said_as_people_do(minutes: float, said: str):
    (found,) = suspects_of(problem(ORDERS), [change(1, minutes=minutes)], SHOP)
    assert found.reasons[-1] == said


def test_what_was_changed_later_or_days_ago_is_no_suspect():
    late = LATE_WORD.total_seconds() / 60 + 1
    long_ago = HORIZON.total_seconds() / 60 + 1
    found = suspects_of(
        problem(ORDERS), [change(1, minutes=-late), change(2, minutes=long_ago)], SHOP
    )
    assert found == ()


def test_two_troubles_in_one_alert_both_have_a_suspect():
    ledger, billing = ServiceId("ledger"), ServiceId("billing")
    two = Topology({**SHOP.depends_on, billing: (ledger,), ledger: ()})
    told = problem(STORE, ORDERS, CART, WEB, ledger, billing)
    found = suspects_of(told, [change(1, STORE), change(2, ledger), change(3, WEB)], two)
    assert ranked(found) == [1, 2, 3]


def test_a_change_between_two_troubles_is_blamed_for_the_later():
    ledger = ServiceId("ledger")
    two = Topology({**SHOP.depends_on, ledger: ()})
    felt = {ORDERS: Felt(NOW, 9), ledger: Felt(NOW + timedelta(hours=1), 3)}
    found = suspects_of(Problem(NOW, felt), [change(1, ledger, minutes=-40)], two)
    assert found[0].reasons == ("same service (ledger)", "20 minutes before")


def test_services_that_depend_on_each_other_are_no_trap():
    ring = Topology({WEB: (CART,), CART: (WEB,)})
    found = suspects_of(problem(WEB, CART), [change(1, WEB), change(2, CART)], ring)
    assert sorted(ranked(found)) == [1, 2]


def test_a_problem_nobody_knows_the_service_of_has_no_root():
    assert roots_of({}, SHOP) == {}
    assert suspects_of(Problem(NOW), [change(1)], SHOP) == ()


def test_a_service_the_plan_does_not_know_is_its_own_root():
    gone = ServiceId("gone")
    found = suspects_of(problem(gone), [change(1, gone)], SHOP)
    assert ranked(found) == [1]


_SERVICES = st.sampled_from([WEB, CART, ORDERS, STORE, MAIL, LOGIN])
_CHANGES = st.lists(
    st.tuples(
        st.none() | _SERVICES,
        st.floats(-60, 5_000, allow_nan=False),
        st.sampled_from([None, True, False]),
    ),
    max_size=40,
).map(
    lambda told: [
        change(number, service, minutes=minutes, planned=planned)
        for number, (service, minutes, planned) in enumerate(told)
    ]
)
_PROBLEMS = st.lists(_SERVICES, max_size=6, unique=True).map(lambda names: problem(*names))


@given(_PROBLEMS, _CHANGES)
def test_suspicion_is_shared_out_once_the_most_first(told: Problem, changes: list[Change]):
    found = suspects_of(told, changes, SHOP)
    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True)
    assert sum(scores) <= 1 + 1e-9
    assert len(found) <= MAX_SUSPECTS
    assert all(one.reasons for one in found)


@given(_PROBLEMS, _CHANGES, st.randoms(use_true_random=False))
def test_the_order_changes_are_told_in_does_not_matter(
    told: Problem, changes: list[Change], rng: Random
):
    shuffled = list(changes)
    rng.shuffle(shuffled)
    assert ranked(suspects_of(told, shuffled, SHOP)) == ranked(suspects_of(told, changes, SHOP))


@given(_PROBLEMS, _CHANGES)
def test_nobody_is_suspected_of_what_began_long_before(told: Problem, changes: list[Change]):
    for one in suspects_of(told, changes, SHOP):
        assert told.first_at - HORIZON <= one.change.at <= told.first_at + LATE_WORD
