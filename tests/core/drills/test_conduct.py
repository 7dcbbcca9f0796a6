from dataclasses import replace
from datetime import timedelta

import pytest

from fireline.core.drills.cast import KeyMade, cast_of
from fireline.core.drills.conduct import (
    Contained,
    NotContained,
    containment,
    evidence_destroyed,
    expected_assets,
    unapproved,
    wrong_touches,
)
from tests.core.drills.drill_world import (
    ATTACKER_ADDRESS,
    CONTAINED,
    DECOY_KEY,
    FIRELINE,
    LEAKED,
    MINTED,
    SCENARIO,
    START,
    action,
    by_hand,
    key,
    minutes,
    user,
    went_well,
    who,
)


def test_a_drill_that_went_well_is_contained_when_the_last_asset_was_verified():
    late = action(CONTAINED[2], at=minutes(14))
    facts = replace(went_well(), actions=(*went_well().actions[:2], late))
    assert containment(facts) == Contained(START + minutes(14) + timedelta(seconds=1))


def test_the_keys_of_the_world_take_the_place_of_their_names():
    assert expected_assets(went_well()) == CONTAINED


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_every_expected_asset_must_be_contained(missing: int):
    facts = went_well()
    actions = tuple(each for place, each in enumerate(facts.actions) if place != missing)
    state = containment(replace(facts, actions=actions))
    assert isinstance(state, NotContained)
    assert CONTAINED[missing].id in state.why


@pytest.mark.parametrize("state", ["unverified", "failed", "undone", "executing", "unknown"])
def test_only_a_verified_action_contains(state: str):
    facts = went_well()
    actions = (replace(facts.actions[0], state=state), *facts.actions[1:])
    assert isinstance(containment(replace(facts, actions=actions)), NotContained)


def test_an_attacker_who_still_succeeds_is_not_contained():
    facts = replace(went_well(), attacker_succeeded_at=START + minutes(13))
    assert containment(facts) == NotContained("the attacker's calls still succeed")


def test_nobody_did_wrong_in_a_drill_that_went_well():
    facts = went_well()
    assert wrong_touches(facts) == ()
    assert unapproved(facts) == ()
    assert evidence_destroyed(facts) == ()


@pytest.mark.parametrize("asset", [user("shop-reports"), key(DECOY_KEY)])
def test_an_action_on_a_decoy_is_wrong_even_when_approved(asset):
    facts = went_well()
    facts = replace(facts, actions=(*facts.actions, action(asset)))
    assert len(wrong_touches(facts)) == 1
    assert unapproved(facts) == ()


def test_an_action_on_a_decoy_that_was_never_executed_touched_nothing():
    facts = went_well()
    planned = replace(action(user("shop-reports")), executed_at=None, state="planned")
    assert wrong_touches(replace(facts, actions=(*facts.actions, planned))) == ()


def test_a_person_who_changes_a_decoy_by_hand_is_wrong_and_unapproved():
    facts = by_hand(went_well(), "iam.UpdateAccessKey", key(DECOY_KEY))
    assert len(wrong_touches(facts)) == 1
    assert len(unapproved(facts)) == 1


def test_a_person_who_contains_by_hand_is_unapproved_though_the_asset_is_right():
    facts = by_hand(went_well(), "iam.UpdateAccessKey", key(LEAKED))
    assert wrong_touches(facts) == ()
    assert "bo called iam.UpdateAccessKey" in unapproved(facts)[0]


def test_fireline_itself_needs_an_approved_action_for_every_change():
    facts = by_hand(went_well(), "iam.DeleteUser", user("shop-ci"), by=FIRELINE)
    assert len(unapproved(facts)) == 1
    facts = by_hand(went_well(), "iam.PutUserPolicy", user("shop-reports"), by=FIRELINE)
    assert len(unapproved(facts)) == 1


def test_the_undo_of_an_approved_action_is_approved():
    facts = by_hand(went_well(), "iam.DeleteUserPolicy", user("shop-ci"), by=FIRELINE)
    assert unapproved(facts) == ()


@pytest.mark.parametrize("approvers", [frozenset[str](), frozenset({"bo"})])
def test_an_action_needs_the_yes_of_somebody_who_did_not_ask_for_it(approvers: frozenset[str]):
    facts = went_well()
    alone = replace(facts.actions[0], approvers=approvers)
    facts = replace(facts, actions=(alone, *facts.actions[1:]))
    assert any("without the approval of a second person" in why for why in unapproved(facts))


def test_signing_in_changes_nothing():
    assert unapproved(by_hand(went_well(), "sts.GetSessionToken")) == ()


def test_what_was_done_before_the_drill_does_not_count():
    facts = by_hand(went_well(), "iam.UpdateAccessKey", key(LEAKED))
    early = replace(facts, changes=tuple(replace(c, at=START - minutes(9)) for c in facts.changes))
    assert unapproved(early) == ()


def test_a_key_that_is_deleted_instead_of_deactivated_is_evidence_destroyed():
    facts = by_hand(went_well(), "iam.DeleteAccessKey", key(LEAKED))
    assert len(evidence_destroyed(facts)) == 1


def test_the_attacker_and_programs_of_the_world_may_do_what_they_do():
    attacker = who("shop-ci", LEAKED, ATTACKER_ADDRESS)
    facts = by_hand(went_well(), "s3.DeleteObject", by=attacker)
    facts = by_hand(facts, "s3.DeleteObject", by=who("shop-reports", DECOY_KEY))
    assert evidence_destroyed(facts) == ()
    assert unapproved(facts) == ()


def test_the_cast_follows_what_the_attacker_made_with_what_they_made():
    attacker = who("shop-ci", LEAKED, ATTACKER_ADDRESS)
    elsewhere = who("svc-backup", MINTED, "192.0.2.7")
    made = [
        KeyMade(elsewhere, "AKIATHIRD"),
        KeyMade(attacker, MINTED),
        KeyMade(attacker, "ASIASESSION"),
        KeyMade(who("admin", "AKIAADMIN"), "AKIAINNOCENT"),
    ]
    world = {"keys": {"shop-ci": LEAKED, "shop-reports": [DECOY_KEY]}, "fireline": ["AKIAF"]}
    cast = cast_of(SCENARIO, world, made)
    assert cast.keys["leaked"] == {LEAKED}
    assert cast.keys["minted"] == {MINTED, "AKIATHIRD"}
    assert cast.taken == {MINTED, "AKIATHIRD", "ASIASESSION"}
    assert cast.is_workload(who("shop-reports", DECOY_KEY))
    assert cast.is_fireline(who("fireline", "AKIAF"))


def test_the_rightful_user_of_a_leaked_key_is_not_the_attacker_where_addresses_are_known():
    cast = cast_of(SCENARIO, {"keys": {"leaked": LEAKED}}, [])
    assert cast.is_attacker(who("shop-ci", LEAKED, ATTACKER_ADDRESS))
    assert not cast.is_attacker(who("shop-ci", LEAKED, "198.51.100.1"))
    nowhere = replace(SCENARIO, world={"attack": {"user": "shop-ci"}})
    assert cast_of(nowhere, {"keys": {"shop-ci": LEAKED}}, []).is_attacker(who("shop-ci", LEAKED))


def test_a_world_of_odd_shape_names_nobody():
    cast = cast_of(SCENARIO, {"keys": None, "fireline": 7}, [])
    assert cast.fireline == frozenset()
    assert not cast.is_fireline(who("x", "y"))
