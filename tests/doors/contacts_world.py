"""A house with the starter plan and four people signed in: what tests of notifications stand on."""

from dataclasses import dataclass

from fireline.app.house import House
from fireline.content.starter_plan import starter_files
from fireline.core.access.roles import Role
from fireline.usecases import access, contacts, plans
from tests.doors.pages_world import BO, CY, DEE, VI
from tests.doors.sessions import session_of
from tests.usecases.alerts_world import send
from tests.usecases.contacts_world import CHANNELS, GO, code_in

ROLES = {BO: Role.OPERATOR, CY: Role.OPERATOR, DEE: Role.ADMIN, VI: Role.VIEWER}


@dataclass
class World:
    """The sessions and API tokens of each person."""

    house: House
    sessions: dict[str, str]
    tokens: dict[str, str]

    async def code(self) -> str:
        """Send what waits, and read the code in it as its owner would."""
        (message,) = await send(self.house, GO)
        return code_in(message)


async def tell(house: House) -> World:
    """Push the starter plan, say which channels there are, and let everybody in."""
    world = World(house, {}, {})
    async with house.transaction() as tx:
        await plans.push(tx, starter_files(), by=DEE, note="First plan.")
        await contacts.say_channels(tx, CHANNELS)
        for who, role in ROLES.items():
            world.sessions[who.person] = await session_of(tx, who.person, role)
            token = await access.create_token(tx, who.person, name="test", role=role, by=who)
            world.tokens[who.person] = token.token.reveal()
    return world
