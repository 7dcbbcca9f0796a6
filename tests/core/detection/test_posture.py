"""A finding opens, persists, resolves and comes back; not knowing resolves nothing."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from fireline.core.assets.ref import AssetRef
from fireline.core.detection.posture import (
    GONE,
    MENDED,
    Move,
    Standing,
    State,
    Turn,
    at_least,
    end,
    hear,
    worst,
)
from fireline.core.detection.signatures.verdict import Judgement, Verdict
from fireline.core.values.priority import Level

BUCKET = AssetRef("aws.s3.bucket", "111122223333", "logs")
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
FAIL, PASS, UNKNOWN, ASIDE = Verdict.FAIL, Verdict.PASS, Verdict.UNKNOWN, Verdict.NOT_APPLICABLE
words = st.lists(st.sampled_from([*Verdict, "gone"]), min_size=1, max_size=12)


def said(verdict: Verdict, reason: str = "") -> Judgement:
    return Judgement("public-bucket", BUCKET, verdict, reason, {"policy": "open"})


def lived(*verdicts: Verdict | str) -> list[Move]:
    """Hear one word an hour."""
    moves: list[Move] = []
    standing: Standing | None = None
    for hour, verdict in enumerate(verdicts):
        now = NOON + timedelta(hours=hour)
        if isinstance(verdict, Verdict):
            moves.append(hear(standing, said(verdict), now=now))
        elif standing is not None:
            moves.append(end(standing, GONE, now=now))
        else:
            continue
        standing = moves[-1].after
    return moves


def turns(*verdicts: Verdict | str) -> list[Turn | None]:
    return [move.turn for move in lived(*verdicts)]


def test_a_finding_opens_persists_and_resolves():
    opened, persisted, resolved = lived(FAIL, FAIL, PASS)
    assert (opened.turn, persisted.turn, resolved.turn) == (Turn.OPENED, None, Turn.RESOLVED)
    life = resolved.after.life
    assert life is not None
    assert (life.state, life.resolution) == (State.RESOLVED, MENDED)
    assert (life.first_failed_at, life.resolved_at) == (NOON, NOON + timedelta(hours=2))


def test_what_fails_again_is_a_regression_and_is_counted():
    moves = lived(FAIL, PASS, FAIL, PASS, FAIL)
    assert [move.turn for move in moves][2:] == [Turn.REOPENED, Turn.RESOLVED, Turn.REOPENED]
    life = moves[-1].after.life
    assert life is not None
    assert (life.reopened, life.first_failed_at) == (2, NOON)
    assert life.opened_at == NOON + timedelta(hours=4)


def test_not_knowing_keeps_a_finding_open_and_knowing_again_is_no_regression():
    assert turns(FAIL, UNKNOWN, UNKNOWN, FAIL) == [Turn.OPENED, Turn.UNSURE, None, Turn.SURE]
    unsure = lived(FAIL, UNKNOWN)[-1].after
    assert unsure.is_open
    assert unsure.verdict is UNKNOWN


def test_what_passed_and_is_not_known_any_more_is_told():
    assert turns(PASS, UNKNOWN, PASS) == [None, Turn.UNSURE, Turn.SURE]
    assert turns(UNKNOWN, PASS) == [None, Turn.SURE]


def test_what_is_gone_or_not_asked_any_more_resolves():
    assert turns(FAIL, "gone") == [Turn.OPENED, Turn.RESOLVED]
    assert turns(FAIL, ASIDE) == [Turn.OPENED, Turn.RESOLVED]
    assert turns(PASS, "gone", "gone") == [None, None, None]
    gone = lived(FAIL, "gone")[-1].after
    assert gone.life is not None
    assert gone.life.resolution == GONE


def test_what_comes_back_from_the_dead_and_fails_is_a_regression():
    assert turns(FAIL, "gone", FAIL)[-1] is Turn.REOPENED


def test_a_verdict_keeps_since_when_it_says_so():
    first, second, third = lived(PASS, PASS, FAIL)
    assert first.after.since == second.after.since == NOON
    assert third.after.since == NOON + timedelta(hours=2)
    assert not second.is_new


@given(words)
def test_law_unknown_never_resolves_and_never_opens(heard: list[Verdict | str]):
    for move in lived(*heard):
        if move.after.verdict is UNKNOWN:
            before = move.before is not None and move.before.is_open
            assert move.after.is_open == before
            assert move.turn in (None, Turn.UNSURE)


@given(words)
def test_law_what_fails_is_open_and_what_passes_is_not(heard: list[Verdict | str]):
    for move in lived(*heard):
        if move.after.verdict is FAIL:
            assert move.after.is_open
        if move.after.verdict in (PASS, ASIDE):
            assert not move.after.is_open


@given(words)
def test_law_regressions_are_the_openings_after_the_first(heard: list[Verdict | str]):
    moves = lived(*heard)
    openings = [move.turn for move in moves if move.turn in (Turn.OPENED, Turn.REOPENED)]
    assert openings[:1] in ([], [Turn.OPENED])
    assert set(openings[1:]) <= {Turn.REOPENED}
    life = moves[-1].after.life if moves else None
    assert (life.reopened if life else 0) == max(len(openings) - 1, 0)


@given(words)
def test_law_the_same_word_twice_changes_nothing(heard: list[Verdict | str]):
    moves = lived(*heard)
    if moves:
        last = moves[-1].after
        again = hear(last, said(last.verdict, last.reason), now=NOON + timedelta(days=9))
        assert again.turn is None
        assert again.after.is_open == last.is_open
        assert again.after.since == last.since


def test_levels_are_ordered_from_the_worst():
    assert worst([Level.LOW, Level.CRITICAL, Level.MEDIUM]) is Level.CRITICAL
    assert worst([]) is None
    assert at_least(Level.HIGH) == (Level.CRITICAL, Level.HIGH)
