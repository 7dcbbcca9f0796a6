"""The workers of a fireline, by name. A test leaves one out to see the drill fail without it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fireline.app.house import House
from fireline.app.worlds import Worlds
from fireline.lab.options import Part
from fireline.store.alert_hands import SNOOZE
from fireline.store.handoffs import HANDOFF
from fireline.store.hub import Hub
from fireline.store.ladders import LADDER
from fireline.store.looks import DIRTY, LOOK, LOOK_END, LOOK_JUDGE, LOOK_PARTS
from fireline.store.outbox import SEND
from fireline.store.posture_assessments import ASSESS
from fireline.store.posture_exceptions import EXCEPTION
from fireline.store.shift_requests import SHIFT_REQUEST
from fireline.store.silences import SILENCE
from fireline.usecases import drills, plans
from fireline.usecases.cloud_accounts import COSTS, PROBE
from fireline.usecases.facts import house_stream
from fireline.usecases.groupings import Groupings
from fireline.usecases.intake import PAYLOADS
from fireline.usecases.looks import PARTS_TOPIC
from fireline.usecases.rereads import REREADS
from fireline.usecases.run_engine import RUN
from fireline.usecases.run_hold import Engine
from fireline.usecases.silences import TOPIC as SILENCES
from fireline.workers.accounts import ask_costs, own_assets, probe_accounts
from fireline.workers.auditor import audit_all
from fireline.workers.drills import Director, Stages
from fireline.workers.handoffs import (
    expire_requests,
    hand_over,
    look_ahead,
    look_at_schedules,
)
from fireline.workers.heartbeats import watch_for_silence
from fireline.workers.intake import Intakes
from fireline.workers.judge import judge_when_planned
from fireline.workers.ladder import climb
from fireline.workers.looking import (
    Looker,
    ask_parts,
    begin_dirty_looks,
    begin_looks,
    end_looks,
    judge_looked_at,
)
from fireline.workers.lookout import Lookout
from fireline.workers.loop import Loop
from fireline.workers.posture import assess, turn_exceptions
from fireline.workers.rereading import Rereader
from fireline.workers.runs import advance_runs
from fireline.workers.sending import send_messages
from fireline.workers.silences import lift_silences, turn_silences
from fireline.workers.snoozes import end_snoozes
from fireline.workers.sorter import Sorter, end_the_over
from fireline.workers.waiting import APPROVAL, DEADLINE, expire_approvals, pass_deadlines
from fireline.workers.waking import topic_of, wake_due

# How often a worker looks although nobody poked it: a lost poke costs this much and no more.
_LOOK_SECONDS = 0.2
# Steps and messages are due at moments nobody pokes for, and somebody is waiting: what is due is
# looked for this often, for all its workers at once.
_DUE_SECONDS = 0.1
# How often they look for themselves, in case nobody woke them.
_PAGING_LOOK_SECONDS = 1.0
_DUE_LOOK_SECONDS = 5.0
_AUDIT_SECONDS = 60.0
# A look takes minutes, and what makes it wait is poked.
_CLOUD_LOOK_SECONDS = 1.0
_OWNERS_SECONDS = 5.0
_HELD_SECONDS = 1.0
_SILENCE_SECONDS = 2.0
_ENDS_SECONDS = 1.0
_SCHEDULES_SECONDS = 30.0
_AHEAD_SECONDS = 600.0
# Everything the house is told wakes them, and they need not run after each word of it.
_REST_OF_SCHEDULES_SECONDS = 1.0
# A turn of the sorter costs the same for one post as for twenty.
_REST_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Wiring:
    """What is left out of a fireline, and which people play in its drills instead of the usual."""

    without_parts: frozenset[str] = frozenset()
    without_rooms: frozenset[str] = frozenset()
    lab_without: frozenset[Part] = frozenset()
    script: str | None = None


EVERYTHING = Wiring()


@dataclass(frozen=True, slots=True)
class Parts:
    """The loops of a fireline, and the intakes that one of them keeps."""

    loops: tuple[Loop, ...]
    intakes: Intakes


def build_parts(
    house: House, hub: Hub, worlds: Worlds, *, address: Callable[[], str], wiring: Wiring
) -> Parts:
    """Build every worker that the wiring does not leave out."""
    transactions = house.transaction
    engine = Engine(transactions, worlds.clouds, plans.of)
    stages = Stages(
        worlds.folder, worlds.webhook_secret, address, wiring.lab_without, wiring.script
    )
    director = Director(transactions, stages)
    groupings = Groupings(house.ids.fresh())
    intakes = Intakes(transactions, hub, worlds.sources)
    lookout = Lookout(transactions, worlds.inventories, worlds.inventories.own, worlds.look_every)

    async def send() -> bool:
        return await send_messages(transactions, worlds.channel, base_url=address())

    loops = (
        _due(drills.DUE, director.direct),
        Loop("intake", intakes.turn, _LOOK_SECONDS),
        Loop(
            "judge",
            lambda: judge_when_planned(transactions, groupings),
            _LOOK_SECONDS,
            ("signals",),
        ),
        Loop(
            "sorter",
            Sorter(transactions, groupings).turn,
            _LOOK_SECONDS,
            (PAYLOADS,),
            _REST_SECONDS,
        ),
        Loop("ends", lambda: end_the_over(transactions, groupings), _ENDS_SECONDS),
        _due(LADDER, lambda: climb(transactions), _PAGING_LOOK_SECONDS),
        _due(SEND, send, _PAGING_LOOK_SECONDS),
        _due(RUN, lambda: advance_runs(engine)),
        _due(DEADLINE, lambda: pass_deadlines(transactions)),
        _due(APPROVAL, lambda: expire_approvals(transactions)),
        _due(SNOOZE, lambda: end_snoozes(transactions)),
        _due(EXCEPTION, lambda: turn_exceptions(transactions)),
        _due(ASSESS, lambda: assess(transactions)),
        Loop("silence", lambda: watch_for_silence(transactions), _SILENCE_SECONDS),
        _due(SILENCE, lambda: turn_silences(transactions)),
        Loop("held", lambda: lift_silences(transactions), _HELD_SECONDS, (SILENCES,)),
        _due(HANDOFF, lambda: hand_over(transactions)),
        _due(SHIFT_REQUEST, lambda: expire_requests(transactions)),
        Loop(
            "schedules",
            lambda: look_at_schedules(transactions),
            _SCHEDULES_SECONDS,
            (str(house_stream()),),
            _REST_OF_SCHEDULES_SECONDS,
        ),
        Loop(
            "warnings",
            lambda: look_ahead(transactions),
            _AHEAD_SECONDS,
            (str(house_stream()),),
            _REST_OF_SCHEDULES_SECONDS,
        ),
        *_looking(lookout),
        Loop("auditor", lambda: audit_all(transactions, worlds.heartbeat), _AUDIT_SECONDS),
    )
    kept = tuple(loop for loop in loops if loop.name not in wiring.without_parts)
    due = [loop.name for loop in kept if loop.topics == (topic_of(loop.name),)]
    waker = Loop("waker", lambda: wake_due(transactions, hub, due), _DUE_SECONDS)
    return Parts((*kept, waker), intakes)


def _looking(lookout: Lookout) -> tuple[Loop, ...]:
    """Build the workers that look at the cloud; reading one asset again waits for none of them."""
    return (
        _due(LOOK, lambda: begin_looks(lookout)),
        _due(DIRTY, lambda: begin_dirty_looks(lookout)),
        _due(LOOK_PARTS, lambda: ask_parts(lookout)),
        _due(LOOK_JUDGE, lambda: judge_looked_at(lookout)),
        _due(LOOK_END, lambda: end_looks(lookout)),
        _due(PROBE, lambda: probe_accounts(lookout)),
        _due(COSTS, lambda: ask_costs(lookout)),
        Loop("looking", Looker(lookout).turn, _CLOUD_LOOK_SECONDS, (PARTS_TOPIC,)),
        Loop("rereading", Rereader(lookout).turn, _LOOK_SECONDS, (REREADS,)),
        Loop("owners", lambda: own_assets(lookout), _OWNERS_SECONDS),
    )


def _due(
    kind: str, turn: Callable[[], Awaitable[bool]], look_seconds: float = _DUE_LOOK_SECONDS
) -> Loop:
    return Loop(kind, turn, look_seconds, (topic_of(kind),))
