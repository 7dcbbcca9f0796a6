"""People who are let in by a link: to hash a password takes a quarter of a second on purpose."""

from fireline.core.access.roles import Role
from fireline.core.values.actor import Machine
from fireline.core.values.ids import PersonId
from fireline.usecases import access
from fireline.usecases.transaction import Tx

_TEST = Machine("test")


async def session_of(tx: Tx, person: PersonId, role: Role) -> str:
    """Make an account with a role, and return the token of its session."""
    await access.create_account(tx, person, role=role, by=_TEST)
    link = await access.create_sign_in_link(tx, person, by=_TEST)
    answer = await access.use_sign_in_link(tx, link, address="127.0.0.1")
    assert isinstance(answer, access.SignedIn)
    return answer.token.reveal()
