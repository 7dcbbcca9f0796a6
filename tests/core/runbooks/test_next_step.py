"""What a run does next: evidence first, needs respected, an end in every case."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from fireline.core.assets.ref import AssetRef
from fireline.core.runbooks.journal import (
    Entry,
    MissingInput,
    StepState,
    TooMany,
    inputs_from,
    open_journal,
)
from fireline.core.runbooks.next_step import Do, Finished, Stopped, Waiting, next_step
from fireline.core.runbooks.runbook import Act, Ask, Evidence, Input, Runbook, Watch
from fireline.core.values.ids import RunbookId

NOW = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)
KEYS = tuple(AssetRef("aws.iam.access_key", "1", f"AKIA{n}") for n in range(3))
USERS = (AssetRef("aws.iam.user", "1", "shop-ci"),)
BOOK = Runbook(
    id=RunbookId("leaked-key"),
    title="Leaked key",
    purpose="",
    inputs=(
        Input("keys", "aws.iam.access_key", required=True),
        Input("users", "aws.iam.user", required=False),
    ),
    steps=(
        Evidence("look", "keys", ()),
        Act("deactivate", "aws.iam.deactivate_key", "keys", (), 1, None),
        Act("deny", "aws.iam.deny_user_sessions", "users", ("look",), 1, None),
        Watch("quiet", "no_calls_from", timedelta(minutes=5), ("deactivate", "deny")),
        Ask("else", "What else?", ("quiet",)),
    ),
    max_blast=5,
)
INPUTS = {"keys": KEYS, "users": USERS}
_OVER = {StepState.DONE, StepState.SKIPPED}


def _journal() -> tuple[Entry, ...]:
    found = open_journal(BOOK, INPUTS)
    assert isinstance(found, tuple)
    return found


def test_a_journal_has_one_entry_for_each_asset_and_one_for_each_question() -> None:
    assert [(entry.step, entry.asset) for entry in _journal()] == [
        *(("look", key) for key in KEYS),
        *(("deactivate", key) for key in KEYS),
        ("deny", USERS[0]),
        ("quiet", None),
        ("else", None),
    ]


def test_an_asset_named_twice_is_worked_on_once() -> None:
    found = open_journal(BOOK, {"keys": KEYS + KEYS})
    assert isinstance(found, tuple)
    assert len(found) == 8


def test_a_required_input_must_not_be_empty_and_another_may() -> None:
    assert open_journal(BOOK, {"users": USERS}) == MissingInput("keys")
    assert isinstance(open_journal(BOOK, {"keys": KEYS}), tuple)


def test_a_run_has_a_limit_on_what_it_is_about() -> None:
    many = tuple(AssetRef("aws.iam.access_key", "1", str(n)) for n in range(51))
    assert open_journal(BOOK, {"keys": many}) == TooMany(51)


def test_inputs_are_filled_by_kind_each_asset_once() -> None:
    bucket = AssetRef("aws.s3.bucket", "1", "exports")
    found = inputs_from(BOOK, [USERS[0], KEYS[1], bucket, KEYS[0], KEYS[1]])
    assert found == {"keys": (KEYS[1], KEYS[0]), "users": USERS}


def test_an_act_waits_for_the_evidence_of_its_own_asset_only() -> None:
    journal = [
        replace(entry, state=StepState.DONE)
        if (entry.step, entry.asset) == ("look", KEYS[0])
        else replace(entry, state=StepState.STUCK)
        if entry.step == "look"
        else entry
        for entry in _journal()
    ]
    found = next_step(BOOK, journal, NOW)
    assert isinstance(found, Do)
    assert (found.entry.step, found.entry.asset) == ("deactivate", KEYS[0])


def test_waiting_names_the_first_moment_something_is_due() -> None:
    journal = [
        replace(entry, state=StepState.CHECKING, due_at=NOW + timedelta(minutes=entry.position + 1))
        for entry in _journal()
    ]
    found = next_step(BOOK, journal, NOW)
    assert isinstance(found, Waiting)
    assert found.until == NOW + timedelta(minutes=1)
    assert isinstance(next_step(BOOK, journal, NOW + timedelta(minutes=1)), Do)


JOURNALS = st.tuples(
    *(
        st.builds(
            Entry,
            position=st.just(entry.position),
            step=st.just(entry.step),
            asset=st.just(entry.asset),
            state=st.sampled_from(StepState),
        )
        for entry in _journal()
    )
)


@given(journal=JOURNALS)
def test_nothing_is_begun_before_what_it_needs_is_over(journal: tuple[Entry, ...]) -> None:
    found = next_step(BOOK, journal, NOW)
    if not isinstance(found, Do) or found.entry.state is StepState.READY:
        return
    step = next(step for step in BOOK.steps if step.id == found.entry.step)
    for other in journal:
        if other.step in step.needs:
            assert other.state in _OVER
        if isinstance(step, Act) and other.step == "look" and other.asset == found.entry.asset:
            assert other.state in _OVER


@given(journal=JOURNALS)
def test_it_is_finished_only_when_all_is_over_and_stopped_only_when_nothing_can_move(
    journal: tuple[Entry, ...],
) -> None:
    states = {entry.state for entry in journal}
    match next_step(BOOK, journal, NOW):
        case Finished():
            assert states <= _OVER
        case Stopped():
            assert states & {StepState.REFUSED, StepState.FAILED}
            assert not states & {StepState.WAITING, StepState.CHECKING, StepState.STUCK}
        case Waiting():
            assert states & {StepState.WAITING, StepState.CHECKING, StepState.STUCK}
        case Do(entry):
            assert entry.state in {StepState.PENDING, StepState.READY}


@given(order=st.lists(st.sampled_from([StepState.DONE, StepState.REFUSED]), min_size=9, max_size=9))
def test_every_run_comes_to_an_end(order: list[StepState]) -> None:
    journal = list(_journal())
    for outcome in order:
        found = next_step(BOOK, journal, NOW)
        if not isinstance(found, Do):
            break
        journal[found.entry.position] = replace(found.entry, state=outcome)
    assert isinstance(next_step(BOOK, journal, NOW), Finished | Stopped)
