"""The lab, put together: the simulated AWS, its people and programs, on one loopback port."""

import os
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from threading import Event, Lock, Thread
from typing import Any

from moto.moto_api._internal.models import moto_api_backend
from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import BaseWSGIServer, make_server

from fireline.lab.attacker import Attacker
from fireline.lab.aws.application import SimulatedAws
from fireline.lab.aws.deliver import Delivery
from fireline.lab.aws.faults import Faults
from fireline.lab.aws.identify import Register, RoleSession
from fireline.lab.aws.record import Record, Served, is_selected, write_record
from fireline.lab.clients import Caller, Credentials, Place
from fireline.lab.clock import now
from fireline.lab.control import Control, Front
from fireline.lab.ledger import Ledger
from fireline.lab.mailboxes import Mailboxes
from fireline.lab.options import LabOptions, Part
from fireline.lab.people import Crew, Engagement, Surroundings
from fireline.lab.phones import Phones
from fireline.lab.seeding import FIRELINE_USER, Seeded, seed_world
from fireline.lab.state import (
    IdentityState,
    LabState,
    PersonState,
    QueuesState,
    SmtpState,
)
from fireline.lab.workloads import Worker
from fireline.lab.world import Origin, World

_KEPT_RECORDS = 2_000
# Where the people sit when they go to the cloud themselves.
_OFFICE = Origin(address="198.51.100.77", agent="aws-cli/2.31.0 md/awscrt#0.27.6 ua/2.1 os/linux")


@dataclass(frozen=True, slots=True)
class Ready:
    """What seeding and listening gave: needed by everything that acts in the world."""

    place: Place
    seeded: Seeded
    smtp_port: int


class Lab:
    """One world, from seeding to the end."""

    def __init__(self, world: World, directory: Path, options: LabOptions) -> None:
        self.world, self.options = world, options
        self.faults = Faults(options.seed)
        self.ledger = Ledger()
        self.records: deque[Record] = deque(maxlen=_KEPT_RECORDS)
        people = {person.name: person.mail for person in world.people}
        self.mailboxes = Mailboxes(people, directory / "mail")
        self.phones = Phones(options.webhook_secret, {name: [] for name in people})
        self.ended = Event()
        self._register = Register()
        self.aws = SimulatedAws(self._register, self.faults, self._told)
        self._lock = Lock()
        self._attacker: Attacker | None = None
        self._workers: list[Worker] = []
        self._server: BaseWSGIServer | None = None
        self.crew: Crew | None = None
        self.delivery: Delivery | None = None
        self._seen = now()

    def open(self, port: int) -> LabState:
        """Listen, build the world, and let its programs begin; say where everything is."""
        front = Front(self.aws, Control(self), self.phones)
        self._server = make_server(
            "127.0.0.1", port, front, threaded=True, request_handler=MotoRequestHandler
        )
        Thread(target=self._server.serve_forever, name="lab-server", daemon=True).start()
        # moto keeps one world for the whole process; this one begins empty.
        moto_api_backend.reset()
        place = Place(f"http://127.0.0.1:{self._server.port}", self.world.account.region)
        hand = self._hand(place)
        seeded = seed_world(self.world, hand, now())
        ready = Ready(place, seeded, self.mailboxes.open())
        self._ready = ready
        if self.options.has(Part.DELIVERY):
            self.delivery = self._delivery(hand, seeded)
            self.delivery.start()
        self._begin_work(ready)
        return self._state(ready)

    def close(self) -> None:
        """End everything."""
        if self.crew is not None:
            self.crew.stop()
        for thread in (*self._workers, self._attacker, self.delivery):
            if thread is not None:
                thread.stop()
        self.mailboxes.stop()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def stay(self) -> None:
        """Note that somebody still wants this lab."""
        self._seen = now()

    def idle_seconds(self) -> float:
        """Tell how long nobody has wanted this lab."""
        return (now() - self._seen).total_seconds()

    def attack(self) -> bool:
        """Let the attack begin; False when there is none, or it has begun."""
        attack = self.world.attack
        with self._lock:
            if attack is None or self._attacker is not None:
                return False
            if not self.options.has(Part.ATTACKER):
                return False
            leaked = self._ready.seeded.keys[attack.user]
            self._attacker = Attacker(attack, leaked, self._ready.place, self.ledger)
            self._attacker.start()
        return True

    def engage(self, engagement: Engagement) -> bool:
        """Let the people begin their script; a new engagement replaces the one before."""
        if not self.options.has(Part.PEOPLE):
            return False
        with self._lock:
            if self.crew is not None:
                self.crew.stop()
            self.crew = Crew(engagement, self._surroundings(), self.mailboxes)
            self.crew.start()
        return True

    def status(self) -> dict[str, Any]:
        """Tell how everything stands."""
        attacker, delivery = self._attacker, self.delivery
        return {
            "endpoint": self._ready.place.endpoint,
            "calls": dict(self.aws.calls),
            "records": len(self.records),
            "delivered": {
                "envelopes": delivery.envelopes if delivery else 0,
                "objects": delivery.objects if delivery else 0,
                "announcements": delivery.announcements if delivery else 0,
            },
            "mail": self.mailboxes.counts(),
            "phones": self.phones.counts(),
            "phones_refused": self.phones.refused,
            "attack": {"begun": attacker is not None, "done": bool(attacker and attacker.done)},
            "callers": self.ledger.accounts(),
            "people": self.crew.report() if self.crew else None,
            "faults": [fault.model_dump() for fault in self.faults.listing()],
            "without": sorted(self.options.without),
        }

    def attack_log(self) -> list[dict[str, str]]:
        """List the latest calls of everybody in the world."""
        return self.ledger.lines()

    def _told(self, served: Served) -> None:
        if _is_fireline(served):
            self.stay()
        if not self.options.has(Part.RECORDER):
            return
        if is_selected(served.call, self.world.trail.bucket):
            record = write_record(served)
            self.records.append(record)
            if self.delivery is not None:
                self.delivery.take(record)

    def _hand(self, place: Place) -> Caller:
        """Return the lab's own access, under a key made for this run alone."""
        key = f"LAB{token_hex(8).upper()}"
        self._register.own[key] = self.world.account.id
        return Caller(place, Credentials(key, token_hex(20)))

    def _delivery(self, hand: Caller, seeded: Seeded) -> Delivery:
        return Delivery(
            hand.client("sqs"),
            hand.client("s3"),
            seeded.post,
            self.options.timetable,
            seed=self.options.seed,
        )

    def _begin_work(self, ready: Ready) -> None:
        for workload in self.world.workloads:
            keys = ready.seeded.keys[workload.user]
            self._workers.append(Worker(workload, keys, ready.place, self.ledger))
        for worker in self._workers:
            worker.start()

    def _surroundings(self) -> Surroundings:
        keys = self._ready.seeded.keys
        admins = {
            person.name: Caller(self._ready.place, keys[person.user or person.name], _OFFICE)
            for person in self.world.people
        }
        attack, decoy = self.world.attack, self.world.decoy
        return Surroundings(
            admins=admins,
            victim=(attack.user, keys[attack.user].access_key) if attack else ("", ""),
            decoy=(decoy, keys[decoy].access_key) if decoy else ("", ""),
        )

    def _state(self, ready: Ready) -> LabState:
        endpoint, own = ready.place.endpoint, ready.seeded.fireline
        account, post = self.world.account, ready.seeded.post
        return LabState(
            pid=os.getpid(),
            endpoint=endpoint,
            account=account.id,
            region=account.region,
            trail_bucket=post.bucket,
            queues=QueuesState(changes=post.changes_queue, objects=post.objects_queue),
            identity=IdentityState(
                access_key_id=own.credentials.access_key,
                secret_access_key=own.credentials.secret,
                monitor_role_arn=own.monitor_arn,
                responder_role_arn=own.responder_arn,
                external_id=own.external_id,
            ),
            smtp=SmtpState(host="127.0.0.1", port=ready.smtp_port),
            phones=f"{endpoint}/phones",
            people={
                person.name: PersonState(mail=person.mail, phone=f"{endpoint}/phones/{person.name}")
                for person in self.world.people
            },
            keys=self._keys(ready.seeded),
            fireline=_fireline_names(ready.seeded, account.id),
        )

    def _keys(self, seeded: Seeded) -> dict[str, Sequence[str]]:
        named = {user: [key.access_key] for user, key in seeded.keys.items()}
        if self.world.attack is not None:
            named["leaked"] = named[self.world.attack.user]
        return {**named}


def _is_fireline(served: Served) -> bool:
    if isinstance(served.caller, RoleSession):
        return served.caller.role.name.startswith(f"{FIRELINE_USER}-")
    return served.caller.user.name == FIRELINE_USER


def _fireline_names(seeded: Seeded, account: str) -> list[str]:
    own = seeded.fireline
    roles = [arn.split("/")[-1] for arn in (own.monitor_arn, own.responder_arn)]
    return [
        own.credentials.access_key,
        f"arn:aws:iam::{account}:user/{FIRELINE_USER}",
        *(f"arn:aws:sts::{account}:assumed-role/{role}/" for role in roles),
    ]
