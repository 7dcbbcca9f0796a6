"""Many messages for one person: the worst and newest goes as always, and nobody is told nothing."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from fireline.core.escalation.backlog import MANY, OLD, Waits, gather, worst_first
from fireline.core.values.priority import Priority

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def waits(number: int, priority: int = 3, about: str = "shop", late: float = 0) -> Waits:
    wish = UUID(int=number)
    return Waits(wish, wish, Priority(priority), about, NOW - timedelta(seconds=late))


CROWDS = st.lists(
    st.builds(
        waits,
        st.integers(1, 10_000),
        st.integers(1, 5),
        st.sampled_from(["shop", "search", "INC-1", "INC-2"]),
        st.integers(0, 7200),
    ),
    max_size=40,
    unique_by=lambda one: one.wish,
)
TOLD = st.frozensets(st.sampled_from(["shop", "INC-1"]))


@given(CROWDS, st.booleans(), TOLD)
def test_every_message_is_somewhere_and_only_once(crowd: list[Waits], brief: bool, told):
    found = gather(crowd, NOW, brief=brief, told=told)
    placed = [*found.alone, *([found.carrier] if found.carrier else []), *found.carried]
    assert sorted(placed) == sorted(one.wish for one in crowd)


@given(CROWDS, st.booleans(), TOLD)
def test_the_worst_and_newest_is_always_sent_now(crowd: list[Waits], brief: bool, told):
    found = gather(crowd, NOW, brief=brief, told=told)
    if crowd:
        assert worst_first(crowd)[0].wish in {*found.alone, found.carrier}


@given(CROWDS, TOLD)
def test_of_each_incident_the_newest_p1_goes_alone_unless_it_just_did(crowd: list[Waits], told):
    found = gather(crowd, NOW, brief=False, told=told)
    newest: dict[str, UUID] = {}
    for one in worst_first(crowd):
        if one.priority is Priority.P1:
            newest.setdefault(one.about, one.wish)
    for about, wish in newest.items():
        if about not in told:
            assert wish in found.alone
    first = worst_first(crowd)[:1]
    alone = [one for one in crowd if one.wish in found.alone and one not in first]
    if found.carried:
        assert len({one.about for one in alone}) == len(alone)


@given(CROWDS, st.booleans(), TOLD)
def test_no_more_than_one_message_speaks_for_others(crowd: list[Waits], brief: bool, told):
    found = gather(crowd, NOW, brief=brief, told=told)
    assert bool(found.carrier) or not found.carried
    if found.carried and not brief:
        rank = {one.wish: place for place, one in enumerate(worst_first(crowd))}
        assert all(rank[found.carrier] < rank[wish] for wish in found.carried)


@given(CROWDS, st.booleans())
def test_the_order_they_are_listed_in_does_not_matter(crowd: list[Waits], brief: bool):
    assert gather(crowd, NOW, brief=brief) == gather(crowd[::-1], NOW, brief=brief)


def test_a_few_at_once_are_sent_one_by_one_and_more_are_not():
    few = [waits(number) for number in range(1, MANY + 1)]
    assert gather(few, NOW, brief=False).carried == ()
    more = [*few, waits(99, priority=2)]
    found = gather(more, NOW, brief=False)
    assert found.alone == (UUID(int=99),)
    assert len(found.carried) == MANY - 1


def test_two_are_many_when_they_are_old_news():
    old = [waits(number, late=OLD.total_seconds() + number) for number in (1, 2, 3)]
    found = gather(old, NOW, brief=False)
    assert (found.alone, found.carrier) == ((UUID(int=1),), UUID(int=2))
    assert found.carried == (UUID(int=3),)


def test_a_phone_rings_once_for_two():
    found = gather([waits(1), waits(2, priority=2)], NOW, brief=True)
    assert (found.alone, found.carrier, found.carried) == ((), UUID(int=2), (UUID(int=1),))
