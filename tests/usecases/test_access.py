from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from fireline.core.access.principal import Principal, Via
from fireline.core.access.roles import Role
from fireline.core.values.actor import Human, Machine
from fireline.core.values.ids import DrillId, PersonId
from fireline.core.values.secret import Secret
from fireline.store import facts
from fireline.usecases import access
from fireline.usecases.access import NotAdmitted, SignedIn
from fireline.usecases.facts import house_stream
from fireline.usecases.transaction import Tx

ANA, BO = PersonId("ana"), PersonId("bo")
GOOD = Secret("a long enough password")
BY = Human(PersonId("root"))
HERE = "192.0.2.7"


def later(tx: Tx, **gap: float) -> Tx:
    return replace(tx, now=tx.now + timedelta(**gap))


async def admitted(tx: Tx, person: PersonId = ANA, *, role: Role = Role.OPERATOR) -> SignedIn:
    await access.create_account(tx, person, role=role, password=GOOD, by=BY)
    done = await access.sign_in(tx, person, password=GOOD, address=HERE)
    assert isinstance(done, SignedIn)
    return done


async def test_the_setup_token_makes_one_admin_and_signs_them_in(tx: Tx):
    token = await access.offer_setup(tx)
    assert token is not None
    done = await access.create_first_admin(tx, token, person=ANA, password=GOOD, address=HERE)
    assert done.principal == Principal(ANA, Role.ADMIN, None, Via.SESSION)
    assert await access.authenticate(tx, session=done.token) == done.principal
    assert await access.offer_setup(tx) is None
    with pytest.raises(access.SetupOver):
        await access.create_first_admin(tx, token, person=BO, password=GOOD, address=HERE)


async def test_a_newer_setup_token_replaces_the_older(tx: Tx):
    first, second = await access.offer_setup(tx), await access.offer_setup(tx)
    assert first is not None
    assert second is not None
    with pytest.raises(access.SetupOver):
        await access.create_first_admin(tx, first, person=ANA, password=GOOD, address=HERE)
    await access.create_first_admin(tx, second, person=ANA, password=GOOD, address=HERE)


async def test_the_setup_token_is_void_once_somebody_can_sign_in(tx: Tx):
    token = await access.offer_setup(tx)
    assert token is not None
    await access.create_account(tx, BO, role=Role.VIEWER, password=GOOD, by=BY)
    with pytest.raises(access.SetupOver):
        await access.create_first_admin(tx, token, person=ANA, password=GOOD, address=HERE)


async def test_accounts_of_drills_leave_the_setup_open(tx: Tx):
    await access.ensure_account(tx, BO, role=Role.OPERATOR, by=BY)
    token = await access.offer_setup(tx)
    assert token is not None
    await access.create_first_admin(tx, token, person=ANA, password=GOOD, address=HERE)


@pytest.mark.parametrize("password", ["", " ", "\t\n", "\0", "short"])
async def test_an_account_never_gets_an_empty_or_short_password(tx: Tx, password: str):
    with pytest.raises(access.PasswordRefused):
        await access.create_account(tx, ANA, role=Role.VIEWER, password=Secret(password), by=BY)
    assert await access.accounts(tx) == []


async def test_signing_in_takes_the_right_password_of_the_right_person(tx: Tx):
    done = await admitted(tx)
    assert done.principal == Principal(ANA, Role.OPERATOR, None, Via.SESSION)
    for person, password in [
        (ANA, Secret("not the password at all")),
        (BO, GOOD),
        (ANA, Secret("")),
        (ANA, Secret("   ")),
        (ANA, Secret(GOOD.reveal() + "\0")),
        (ANA, Secret("x" * 10_000)),
    ]:
        refused = await access.sign_in(tx, person, password=password, address=HERE)
        assert refused == NotAdmitted("The name or the password is wrong.")


@pytest.mark.parametrize("password", ["", " ", "no account has this password"])
async def test_an_account_without_a_password_is_not_entered_with_one(tx: Tx, password: str):
    await access.create_account(tx, ANA, role=Role.ADMIN, by=BY)
    refused = await access.sign_in(tx, ANA, password=Secret(password), address=HERE)
    assert isinstance(refused, NotAdmitted)


async def test_ten_failures_shut_the_account_for_a_while_even_to_the_right_password(tx: Tx):
    await access.create_account(tx, ANA, role=Role.OPERATOR, password=GOOD, by=BY)
    for n in range(10):
        refused = await access.sign_in(tx, ANA, password=Secret(""), address=f"192.0.2.{n}")
        assert refused == NotAdmitted("The name or the password is wrong.")
    shut = await access.sign_in(tx, ANA, password=GOOD, address="198.51.100.1")
    assert shut == NotAdmitted(
        "Too many failed attempts; try again later.", tx.now + timedelta(minutes=15)
    )
    open_again = later(tx, minutes=15)
    done = await access.sign_in(open_again, ANA, password=GOOD, address="198.51.100.1")
    assert isinstance(done, SignedIn)


async def test_an_address_that_tries_many_names_is_shut_out_and_others_are_not(tx: Tx):
    await access.create_account(tx, ANA, role=Role.OPERATOR, password=GOOD, by=BY)
    for n in range(50):
        await access.sign_in(tx, PersonId(f"p{n}"), password=Secret(""), address=HERE)
    shut = await access.sign_in(tx, ANA, password=GOOD, address=HERE)
    assert isinstance(shut, NotAdmitted)
    assert shut.again_at == tx.now + timedelta(minutes=15)
    done = await access.sign_in(tx, ANA, password=GOOD, address="198.51.100.1")
    assert isinstance(done, SignedIn)


async def test_a_session_idle_for_half_an_hour_is_over(tx: Tx):
    done = await admitted(tx)
    used = later(tx, minutes=29)
    assert await access.authenticate(used, session=done.token) == done.principal
    assert await access.authenticate(later(used, minutes=29), session=done.token)
    with pytest.raises(access.NotSignedIn):
        await access.authenticate(later(used, minutes=59), session=done.token)


async def test_a_session_is_over_after_twelve_hours_however_busy(tx: Tx):
    done = await admitted(tx)
    for minutes in range(0, 720, 25):
        assert await access.authenticate(later(tx, minutes=minutes), session=done.token)
    with pytest.raises(access.NotSignedIn):
        await access.authenticate(later(tx, hours=12), session=done.token)


async def test_signing_out_ends_this_session_and_no_other(tx: Tx):
    first = await admitted(tx)
    second = await access.sign_in(tx, ANA, password=GOOD, address=HERE)
    assert isinstance(second, SignedIn)
    await access.sign_out(tx, first.token)
    with pytest.raises(access.NotSignedIn):
        await access.authenticate(tx, session=first.token)
    assert await access.authenticate(tx, session=second.token)


async def test_a_new_password_ends_the_sessions_of_the_old(tx: Tx):
    done = await admitted(tx)
    await access.set_password(tx, ANA, password=Secret("another long password"), by=BY)
    with pytest.raises(access.NotSignedIn):
        await access.authenticate(tx, session=done.token)
    assert isinstance(await access.sign_in(tx, ANA, password=GOOD, address=HERE), NotAdmitted)


async def test_a_disabled_account_is_out_at_once_by_every_way(tx: Tx):
    done = await admitted(tx)
    token = await access.create_token(tx, ANA, name="cli", role=Role.VIEWER, by=BY)
    link = await access.create_sign_in_link(tx, ANA, by=BY)
    await access.disable_account(tx, ANA, by=BY)
    with pytest.raises(access.NotSignedIn):
        await access.authenticate(tx, session=done.token)
    with pytest.raises(access.NotSignedIn):
        await access.authenticate(tx, bearer=token.token)
    assert isinstance(await access.use_sign_in_link(tx, link, address=HERE), NotAdmitted)
    assert isinstance(await access.sign_in(tx, ANA, password=GOOD, address=HERE), NotAdmitted)


async def test_a_sign_in_link_works_once_and_for_ten_minutes(tx: Tx):
    await access.create_account(tx, ANA, role=Role.VIEWER, by=BY)
    link = await access.create_sign_in_link(tx, ANA, by=BY)
    done = await access.use_sign_in_link(tx, link, address=HERE)
    assert isinstance(done, SignedIn)
    assert done.principal.person == ANA
    assert isinstance(await access.use_sign_in_link(tx, link, address=HERE), NotAdmitted)
    late = await access.create_sign_in_link(tx, ANA, by=BY)
    refused = await access.use_sign_in_link(later(tx, minutes=10), late, address=HERE)
    assert isinstance(refused, NotAdmitted)


async def test_a_token_acts_for_its_person_in_its_role_and_drill_until_revoked(tx: Tx):
    await access.create_account(tx, ANA, role=Role.MANAGER, by=BY)
    drill = DrillId(UUID(int=3))
    made = await access.create_token(tx, ANA, name="laptop", role=Role.OPERATOR, drill=drill, by=BY)
    assert made.token.reveal().startswith("fl_")
    who = await access.authenticate(tx, bearer=made.token)
    assert who == Principal(ANA, Role.OPERATOR, drill, Via.TOKEN)
    await access.revoke_token(tx, made.id, by=BY)
    with pytest.raises(access.NotSignedIn):
        await access.authenticate(tx, bearer=made.token)
    (listed,) = await access.tokens(tx, ANA)
    assert listed.revoked_at == tx.now


async def test_a_token_shrinks_with_its_person(tx: Tx):
    await access.create_account(tx, ANA, role=Role.ADMIN, by=BY)
    made = await access.create_token(tx, ANA, name="ci", role=Role.MANAGER, by=BY)
    await access.change_role(tx, ANA, role=Role.VIEWER, by=BY)
    assert (await access.authenticate(tx, bearer=made.token)).role is Role.VIEWER


async def test_nobody_makes_a_token_stronger_than_its_person(tx: Tx):
    await access.create_account(tx, ANA, role=Role.VIEWER, by=BY)
    made = await access.create_token(tx, ANA, name="ci", role=Role.ADMIN, by=BY)
    assert (await access.authenticate(tx, bearer=made.token)).role is Role.VIEWER


async def test_the_tokens_of_a_drill_end_with_it_and_others_stay(tx: Tx):
    await access.create_account(tx, ANA, role=Role.OPERATOR, by=BY)
    drill = DrillId(UUID(int=3))
    confined = await access.create_token(
        tx, ANA, name="drill", role=Role.OPERATOR, drill=drill, by=BY
    )
    free = await access.create_token(tx, ANA, name="cli", role=Role.OPERATOR, by=BY)
    await access.revoke_drill_tokens(tx, drill)
    with pytest.raises(access.NotSignedIn):
        await access.authenticate(tx, bearer=confined.token)
    assert await access.authenticate(tx, bearer=free.token)


async def test_a_wrong_token_is_not_saved_by_a_good_session(tx: Tx):
    done = await admitted(tx)
    with pytest.raises(access.NotSignedIn):
        await access.authenticate(tx, bearer=Secret("fl_wrong"), session=done.token)
    with pytest.raises(access.NotSignedIn):
        await access.authenticate(tx)


async def test_nothing_stored_or_written_down_contains_a_secret(tx: Tx):
    done = await admitted(tx)
    made = await access.create_token(tx, ANA, name="cli", role=Role.VIEWER, by=BY)
    link = await access.create_sign_in_link(tx, ANA, by=BY)
    kept = ""
    for table in ("account", "session", "sign_in_link", "api_token", "fact"):
        rows = await tx.db.execute(f"select t::text from {table} t")  # noqa: S608 - fixed names
        kept += str(await rows.fetchall())
    for secret in (GOOD, done.token, made.token, link):
        assert secret.reveal() not in kept
        assert secret.reveal() not in repr(secret)


async def test_what_changes_access_is_on_the_timeline_of_the_house(tx: Tx):
    done = await admitted(tx)
    await access.change_role(tx, ANA, role=Role.VIEWER, by=BY)
    made = await access.create_token(tx, ANA, name="cli", role=Role.VIEWER, by=BY)
    await access.revoke_token(tx, made.id, by=BY)
    await access.revoke_token(tx, made.id, by=BY)
    await access.disable_account(tx, ANA, by=BY)
    told = [fact.kind for fact in await facts.timeline(tx.db, [house_stream().id])]
    assert sorted(told) == sorted(
        [
            "access.account_created",
            "access.signed_in",
            "access.role_changed",
            "access.token_created",
            "access.token_revoked",
            "access.account_disabled",
        ]
    )
    assert done.principal.actor.name == "ana"


async def test_asking_for_what_is_not_there_is_refused_by_name(tx: Tx):
    await access.create_account(tx, ANA, role=Role.VIEWER, by=BY)
    with pytest.raises(access.AccountExists):
        await access.create_account(tx, ANA, role=Role.VIEWER, by=BY)
    await access.ensure_account(tx, ANA, role=Role.ADMIN, by=Machine("drills"))
    (only,) = await access.accounts(tx)
    assert only.role == "viewer"
    with pytest.raises(access.NoSuchAccount):
        await access.create_sign_in_link(tx, BO, by=BY)
    with pytest.raises(access.NoSuchToken):
        await access.revoke_token(tx, access.TokenId(UUID(int=9)), by=BY)


async def test_sweeping_removes_what_has_ended_and_nothing_else(tx: Tx):
    old = await admitted(tx)
    await access.create_sign_in_link(tx, ANA, by=BY)
    await access.sign_in(tx, BO, password=Secret(""), address=HERE)
    evening = later(tx, hours=11)
    fresh = await access.sign_in(evening, ANA, password=GOOD, address=HERE)
    assert isinstance(fresh, SignedIn)
    await access.sweep(evening)
    left = {}
    for table in ("session", "sign_in_link", "sign_in_failure"):
        cursor = await tx.db.execute(f"select count(*) from {table}")  # noqa: S608 - fixed names
        (left[table],) = await cursor.fetchone() or (None,)
    assert left == {"session": 1, "sign_in_link": 0, "sign_in_failure": 0}
    assert await access.authenticate(evening, session=fresh.token)
    with pytest.raises(access.NotSignedIn):
        await access.authenticate(evening, session=old.token)
