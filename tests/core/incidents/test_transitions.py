from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.incidents.containment import (
    Containment,
    Cover,
    Question,
    Vector,
    Watched,
    with_known,
)
from fireline.core.incidents.states import State, Vocabulary, phase
from fireline.core.incidents.transitions import (
    NEXT,
    Allowed,
    Blocked,
    Situation,
    may_merge,
    may_move,
)
from fireline.core.incidents.updates import PublicWord
from fireline.core.values.ids import PersonId
from fireline.core.values.priority import Priority

ANA, BO = PersonId("ana"), PersonId("bo")
READY = Situation(
    state=State.DECLARED,
    priority=Priority.P1,
    category="credential",
    operational=False,
    lead=BO,
    last_word=PublicWord.RESOLVED,
    review_closed=True,
    containment=Containment(vectors=(Vector("AKIA1", Cover.VERIFIED),)),
)


def codes(now: Situation, to: State, *, by: PersonId = BO, note: str = "") -> list[str]:
    match may_move(now, to, by=by, note=note):
        case Allowed():
            return []
        case Blocked(reasons):
            return [reason.code for reason in reasons]


def at(state: State, **changes: object) -> Situation:
    return replace(READY, state=state, **changes)


@pytest.mark.parametrize(("state", "to"), list(NEXT.items()))
def test_an_incident_that_lacks_nothing_goes_on_with_a_note(state: State, to: State):
    assert codes(at(state), to, note="Done, and checked.") == []


@pytest.mark.parametrize("state", list(State))
def test_only_the_next_state_is_within_reach_and_the_refusal_says_so(state: State):
    for to in set(State) - {NEXT.get(state), State.DISMISSED, State.DECLARED}:
        assert codes(at(state), to, note="x") == ["no_such_move"]


def test_every_missing_thing_is_said_at_once():
    bare = at(State.SUSPECTED, category=None, lead=None)
    assert codes(bare, State.DECLARED) == ["no_category", "no_lead"]
    loose = at(State.IN_REVIEW, review_closed=False, loose_follow_ups=("Rotate", "Alarm"))
    assert codes(loose, State.CLOSED) == ["loose_follow_up", "loose_follow_up", "no_review"]
    standing = at(
        State.RECOVERED, last_word=None, containment=Containment(standing=("deny shop-ci",))
    )
    assert codes(standing, State.IN_REVIEW) == ["still_standing", "not_resolved"]


def test_an_open_vector_keeps_an_incident_from_being_contained():
    vectors = (Vector("AKIA1", Cover.VERIFIED), Vector("AKIA2", Cover.OPEN))
    verdict = may_move(
        at(State.DECLARED, containment=Containment(vectors)), State.CONTAINED, by=BO, note="x"
    )
    assert isinstance(verdict, Blocked)
    assert [reason.code for reason in verdict.reasons] == ["vector_open"]
    assert "AKIA2" in verdict.reasons[0].text
    accepted = (vectors[0], replace(vectors[1], cover=Cover.ACCEPTED_RISK, note="honeypot"))
    assert codes(at(State.DECLARED, containment=Containment(accepted)), State.CONTAINED) == []


def test_contained_without_a_known_way_in_takes_a_sentence():
    nothing = at(State.DECLARED, containment=Containment())
    assert codes(nothing, State.CONTAINED) == ["no_vector"]
    assert codes(nothing, State.CONTAINED, note="Rolled back the release.") == []


def test_persistence_is_asked_of_attacks_and_not_of_faults():
    asked = Containment(questions=(Question("New users?"), Question("New keys?", "None")))
    attack = at(State.CONTAINED, containment=asked)
    assert codes(attack, State.ERADICATED) == ["unanswered", "no_persistence_check"]
    fault = at(State.CONTAINED, containment=asked, operational=True)
    assert codes(fault, State.ERADICATED) == ["no_reason"]
    assert codes(fault, State.ERADICATED, note="A bad deploy; nobody broke in.") == []


def test_recovered_waits_for_green_checks_and_a_verification():
    red = Containment(
        watched=(Watched("no_calls", green=False, said="1 call"), Watched("up", green=True))
    )
    assert codes(at(State.ERADICATED, containment=red), State.RECOVERED) == [
        "not_green",
        "no_verification",
    ]


@pytest.mark.parametrize("priority", list(Priority))
@pytest.mark.parametrize("proposed", [None, ANA, BO])
def test_dismissing_what_is_urgent_takes_two_people(priority: Priority, proposed: PersonId | None):
    now = at(State.DECLARED, priority=priority, dismissal_by=proposed)
    alone = priority <= Priority.P2 and proposed != ANA
    assert codes(now, State.DISMISSED, note="A test.") == (["second_person"] if alone else [])


def test_dismissing_says_why_and_who_is_lacking():
    assert codes(at(State.SUSPECTED), State.DISMISSED, note="  ") == ["no_reason", "second_person"]


@pytest.mark.parametrize("state", sorted(set(State) - {State.SUSPECTED, State.DECLARED}))
def test_new_evidence_reopens_all_but_the_merged(state: State):
    verdict = may_move(at(state), State.DECLARED, by=BO, note="The key is used again.")
    if state is State.MERGED:
        assert isinstance(verdict, Blocked)
    else:
        assert verdict == Allowed(reopens=True)
        assert codes(at(state), State.DECLARED) == ["no_evidence"]


def test_the_lead_decides_about_merging():
    assert may_merge(at(State.DECLARED), by=BO) == Allowed()
    assert may_merge(at(State.DECLARED, lead=None), by=ANA) == Allowed()
    blocked = may_merge(at(State.CLOSED), by=ANA)
    assert isinstance(blocked, Blocked)
    assert [reason.code for reason in blocked.reasons] == ["no_such_move", "not_lead"]


SITUATIONS = st.builds(
    Situation,
    state=st.sampled_from(State),
    priority=st.sampled_from(Priority),
    category=st.sampled_from([None, "credential"]),
    operational=st.booleans(),
    lead=st.sampled_from([None, ANA, BO]),
    last_word=st.sampled_from([None, *PublicWord]),
    review_closed=st.booleans(),
    loose_follow_ups=st.sampled_from([(), ("Rotate",)]),
    dismissal_by=st.sampled_from([None, ANA, BO]),
    containment=st.sampled_from([Containment(), READY.containment]),
)


@given(SITUATIONS, st.sampled_from(State), st.sampled_from(["", " ", "said"]))
def test_nothing_is_closed_without_a_closed_review(now: Situation, to: State, note: str):
    if to is State.CLOSED and isinstance(may_move(now, to, by=BO, note=note), Allowed):
        assert now.review_closed
        assert now.state is State.IN_REVIEW
        assert not now.loose_follow_ups


@given(SITUATIONS, st.sampled_from(State))
def test_a_note_never_hurts(now: Situation, to: State):
    silent, said = (codes(now, to, note=note) for note in ("", "said"))
    assert set(said) <= set(silent)


COVERS = st.lists(
    st.builds(Vector, st.sampled_from(["a", "b", "c"]), st.sampled_from(Cover)), max_size=6
)


@given(COVERS, COVERS)
def test_naming_a_vector_never_reopens_one_and_forgets_none(
    done: list[Vector], named: list[Vector]
):
    before = Containment(tuple({vector.asset: vector for vector in done}.values()))
    after = with_known(before, named)
    assert {v.asset for v in after.vectors} == {v.asset for v in (*done, *named)}
    shut = {v.asset for v in before.vectors} - {v.asset for v in before.open}
    assert not shut & {v.asset for v in after.open}


def test_each_vocabulary_has_its_word_for_each_phase():
    assert phase(State.CONTAINED) == "Respond"
    assert phase(State.DECLARED, Vocabulary.PICERL) == "Identification → Containment"
    assert phase(State.ERADICATED, Vocabulary.CSF) == "RS.MI"
    assert phase(State.SUSPECTED, Vocabulary.ISO) == "Assess and decide"
    assert phase(State.CLOSED, Vocabulary.NIST) == "Post-incident"
    assert phase(State.RECOVERED, Vocabulary.AWS) == "Recovery"
    for state in set(State) - {State.DISMISSED, State.MERGED}:
        assert all(phase(state, vocabulary) for vocabulary in Vocabulary)
    assert phase(State.MERGED) == ""


def test_a_state_reads_as_a_word():
    assert State.IN_REVIEW.label == "In review"
