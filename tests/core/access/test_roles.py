from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.access.principal import Principal, Via
from fireline.core.access.roles import (
    Allowed,
    Denied,
    Permission,
    Role,
    effective,
    grants,
    may,
    reaches,
)
from fireline.core.values.ids import DrillId, PersonId

DRILL, OTHER = DrillId(UUID(int=1)), DrillId(UUID(int=2))
TABLE = {
    Role.VIEWER: {"see"},
    Role.OPERATOR: {"see", "respond", "approve"},
    Role.MANAGER: {"see", "respond", "approve", "configure"},
    Role.ADMIN: {"see", "respond", "approve", "configure", "administer", "audit"},
    Role.AUDITOR: {"see", "audit"},
}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("permission", Permission)
def test_each_role_may_what_the_table_says_and_nothing_else(role: Role, permission: Permission):
    verdict = may(role, permission)
    assert isinstance(verdict, Allowed) is (permission.value in TABLE[role])
    assert role.value in verdict.reason


def test_a_denial_names_who_may():
    assert may(Role.VIEWER, Permission.APPROVE) == Denied(
        "viewer may not approve; that takes one of: operator, manager, admin"
    )


@given(st.sampled_from(Role), st.sampled_from(Role))
def test_a_token_never_does_more_than_its_person_or_than_it_was_made_for(person: Role, token: Role):
    acting = grants(effective(person, token))
    assert acting <= grants(person)
    if grants(token) <= grants(person):
        assert acting == grants(token)


def test_somebody_confined_to_a_drill_reaches_nothing_else():
    assert isinstance(reaches(DRILL, DRILL), Allowed)
    assert isinstance(reaches(DRILL, OTHER), Denied)
    assert isinstance(reaches(DRILL, None), Denied)
    assert isinstance(reaches(None, DRILL), Allowed)
    assert isinstance(reaches(None, None), Allowed)


def test_a_drill_gives_no_permission_the_role_lacks():
    bo = Principal(PersonId("bo"), Role.VIEWER, DRILL, Via.TOKEN)
    assert isinstance(bo.may_on(Permission.SEE, DRILL), Allowed)
    assert isinstance(bo.may_on(Permission.SEE, None), Denied)
    assert isinstance(bo.may_on(Permission.APPROVE, DRILL), Denied)
    assert bo.actor.name == "bo"
