"""Direct drills: build the world, let its people and its attacker begin, and watch the story.

Killed at any point, it goes on with the same world: the lab is a process of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from fireline.core.access.roles import Role
from fireline.core.values.actor import Machine
from fireline.core.values.ids import DrillId, PersonId
from fireline.core.values.json import JsonObject
from fireline.lab.launch import STATE_FILE, LabFailed, LabHandle, attach, launch
from fireline.lab.options import LabOptions, Part
from fireline.store import drills as store
from fireline.store import due
from fireline.store.drills import DrillRow
from fireline.store.due import Claim
from fireline.usecases import access, drills
from fireline.usecases.transaction import Transactions
from fireline.workers.claims import take_due

_DIRECTOR = Machine("drill")
_LOOK_EVERY = timedelta(milliseconds=500)


@dataclass(frozen=True, slots=True)
class Stages:
    """Where labs live, and what of them is left out (to see a drill fail without it)."""

    folder: Callable[[DrillId], Path]
    webhook_secret: Callable[[DrillId], str]
    base_url: Callable[[], str]
    without: frozenset[Part] = frozenset()
    script: str | None = None


@dataclass(slots=True)
class Director:
    """Moves each running drill along. `_begun` only saves asking the lab again and again."""

    transactions: Transactions
    stages: Stages
    _begun: set[DrillId] = field(default_factory=set[DrillId])

    async def direct(self) -> bool:
        """Move every drill that is due."""
        return await take_due(self.transactions, drills.DUE, self._move)

    async def _move(self, claim: Claim) -> None:
        drill = DrillId(claim.id)
        async with self.transactions() as tx:
            row = await store.get(tx.db, drill)
            if row is None or row.is_over:
                await due.finish(tx.db, claim)
                return
            scenario = await drills.scenario_of(tx, row)
        try:
            lab = await self._lab(drill, row, scenario.world)
            if drill not in self._begun:
                await self._begin(drill, row, lab, self.stages.script or scenario.script)
                self._begun.add(drill)
            await lab.keepalive()
        except LabFailed as failure:
            async with self.transactions() as tx:
                await drills.abort(tx, drill, by=_DIRECTOR, why=str(failure))
            return
        async with self.transactions() as tx:
            watched = await drills.watch(tx, drill)
            if not watched.over:
                await due.again(tx.db, claim, tx.now + _LOOK_EVERY)

    async def _lab(self, drill: DrillId, row: DrillRow, world: JsonObject) -> LabHandle:
        folder = self.stages.folder(drill)
        found = await attach(folder / STATE_FILE)
        if found is None and row.ready_at is not None:
            msg = "the simulated world is gone"
            raise LabFailed(msg)
        if found is None:
            options = LabOptions(
                webhook_secret=self.stages.webhook_secret(drill), without=self.stages.without
            )
            found = await launch(world, directory=folder, options=options)
        if row.ready_at is None:
            state = found.state
            known: JsonObject = {
                "endpoint": state.endpoint,
                "keys": {name: list(keys) for name, keys in state.keys.items()},
                "fireline": list(state.fireline),
            }
            async with self.transactions() as tx:
                await drills.world_ready(tx, drill, known)
        return found

    async def _begin(self, drill: DrillId, row: DrillRow, lab: LabHandle, script: str) -> None:
        """Let people and attacker begin, unless they have: both outlive whoever began them."""
        if Part.PEOPLE not in self.stages.without and (await lab.status())["people"] is None:
            await lab.engage(
                {
                    "base_url": self.stages.base_url(),
                    "drill": row.number,
                    "tokens": await self._tokens(drill, row.number, lab),
                    "pace": row.pace,
                    "script": script,
                }
            )
        await lab.attack()

    async def _tokens(self, drill: DrillId, number: int, lab: LabHandle) -> dict[str, str]:
        """Give each person of the world a token that reaches this drill and nothing else."""
        tokens: dict[str, str] = {}
        async with self.transactions() as tx:
            for name in sorted(lab.state.people):
                person = PersonId(name)
                await access.ensure_account(tx, person, role=Role.OPERATOR, by=_DIRECTOR)
                made = await access.create_token(
                    tx,
                    person,
                    name=f"drill {number}",
                    role=Role.OPERATOR,
                    drill=drill,
                    by=_DIRECTOR,
                )
                tokens[name] = made.token.reveal()
        return tokens
