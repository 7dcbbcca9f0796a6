"""The lab, put together: the simulated AWS, its people and programs, on one loopback port."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from threading import Event, Lock, Thread
from typing import Any

from moto.moto_api._internal import mock_random
from moto.moto_api._internal.models import moto_api_backend

from fireline.lab.attacker import Attacker
from fireline.lab.aws.application import SimulatedAws
from fireline.lab.aws.deliver import Delivery
from fireline.lab.aws.faults import Faults
from fireline.lab.aws.findings import AskedFinding, finding_event
from fireline.lab.aws.identify import (
    Anonymous,
    FederatedSession,
    Register,
    RoleSession,
    RootKey,
    UserKey,
    UserSession,
)
from fireline.lab.aws.record import Served, is_selected, write_records
from fireline.lab.aws.settings import Cloud, Record
from fireline.lab.aws.signin import AskedSignIn, sign_in_record
from fireline.lab.clients import Caller, Credentials, Place
from fireline.lab.clock import Ids, now
from fireline.lab.control import Control, Front
from fireline.lab.images import keep_few_images
from fireline.lab.keeper import Keeper
from fireline.lab.ledger import Ledger
from fireline.lab.listening import Listening
from fireline.lab.mailboxes import Mailboxes
from fireline.lab.options import LabOptions, Part
from fireline.lab.people import Crew, Engagement, Surroundings
from fireline.lab.phones import Phones
from fireline.lab.seeding import ADMIN, FIRELINE_USER, Seeded, Site, seed_world
from fireline.lab.seeding_resources import Progress
from fireline.lab.state import (
    AccountState,
    GuestState,
    IdentityState,
    LabState,
    PersonState,
    QueuesState,
    SmtpState,
)
from fireline.lab.workloads import Worker
from fireline.lab.world import Origin, World

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

    def __init__(
        self,
        world: World,
        directory: Path,
        options: LabOptions,
        progress: Progress | None = None,
    ) -> None:
        self.world, self.options, self._progress = world, options, progress
        self.faults = Faults(options.seed or 0)
        self.ledger = Ledger()
        people = {person.name: person.mail for person in world.people}
        self.mailboxes = Mailboxes(people, directory / "mail")
        self.phones = Phones(options.webhook_secret, {name: [] for name in people})
        self.ended = Event()
        self._register = Register()
        self.cloud = Cloud(ids=Ids(options.seed))
        self.records = self.cloud.history
        self.aws = SimulatedAws(self._register, self.faults, self._told, self.cloud)
        self._lock = Lock()
        self._attacker: Attacker | None = None
        self._workers: list[Worker] = []
        self._server: Listening | None = None
        self.crew: Crew | None = None
        self.delivery: Delivery | None = None
        self._seen = now()
        self._keeper = Keeper(options.records) if options.records else None

    def open(self, port: int) -> LabState:
        """Listen, build the world, and let its programs begin; say where everything is."""
        front = Front(self.aws, Control(self), self.phones)
        self._server = Listening(port, front)
        Thread(target=self._server.serve_forever, name="lab-server", daemon=True).start()
        # moto keeps one world for the whole process; this one begins empty.
        keep_few_images()
        moto_api_backend.reset()
        if self.options.seed is not None:
            mock_random.seed(self.options.seed)
        place = Place(f"http://127.0.0.1:{self._server.port}", self.world.account.region)
        hand = self._hand(place)
        # Before the building, which may be refused: closing ends what was opened.
        smtp_port = self.mailboxes.open()
        site = Site(self.cloud, self._progress, admin=self.options.admin)
        seeded = seed_world(self.world, hand, self.cloud.clock.now(), site)
        ready = Ready(place, seeded, smtp_port)
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
        if self._keeper is not None:
            self._keeper.close()
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
            "latest_envelope_at": _moment(delivery.latest) if delivery else None,
            "mail": self.mailboxes.counts(),
            "phones": self.phones.counts(),
            "phones_refused": self.phones.refused,
            "attack": {"begun": attacker is not None, "done": bool(attacker and attacker.done)},
            "callers": self.ledger.accounts(),
            "people": self.crew.report() if self.crew else None,
            "faults": [fault.model_dump() for fault in self.faults.listing()],
            "without": sorted(self.options.without),
        }

    def find(self, asked: AskedFinding) -> Record:
        """Let GuardDuty find something, and EventBridge carry it; return the event."""
        home = self.world.account
        event = finding_event(asked, self.cloud, home.id, home.region)
        if self.delivery is not None:
            self.delivery.pass_on(event)
        return event

    def sign_in(self, asked: AskedSignIn) -> Record:
        """Let somebody sign in to the console; return the record."""
        record = sign_in_record(asked, self.cloud, self.world.account.id)
        self._keep(record)
        return record

    def attack_log(self) -> list[dict[str, str]]:
        """List the latest calls of everybody in the world."""
        return self.ledger.lines()

    def _told(self, served: Served) -> None:
        if _is_fireline(served):
            self.stay()
        if not self.options.has(Part.RECORDER):
            return
        if is_selected(served.call, self.world.trail.bucket):
            for record in write_records(served, self.cloud.ids):
                self._keep(record)

    def _keep(self, record: Record) -> None:
        self.records.append(record)
        if self._keeper is not None:
            self._keeper.keep(record)
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
            seed=self.options.seed or 0,
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
            world=self.world.title,
            accounts=self._accounts(ready.seeded),
            guests=self._guests(ready.seeded),
        )

    def _accounts(self, seeded: Seeded) -> list[AccountState]:
        own = seeded.fireline
        roles = {self.world.account.id: (own.monitor_arn, own.responder_arn)}
        roles |= {one.account: (one.monitor_arn, one.responder_arn) for one in seeded.others}
        return [
            AccountState(
                id=one.id,
                alias=one.alias,
                region=one.region,
                monitor_role_arn=roles[one.id][0],
                responder_role_arn=roles[one.id][1],
            )
            for one in self.world.every_account
        ]

    def _guests(self, seeded: Seeded) -> dict[str, GuestState]:
        attack = self.world.attack
        wanted = {"admin": ADMIN, "attacker": attack.user if attack else ""}
        return {
            guest: GuestState(
                user=user,
                access_key_id=seeded.keys[user].access_key,
                secret_access_key=seeded.keys[user].secret,
            )
            for guest, user in wanted.items()
            if self.options.admin and user in seeded.keys
        }

    def _keys(self, seeded: Seeded) -> dict[str, Sequence[str]]:
        named = {user: [key.access_key] for user, key in seeded.keys.items()}
        if self.world.attack is not None:
            named["leaked"] = named[self.world.attack.user]
        return {**named}


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _is_fireline(served: Served) -> bool:
    match served.caller:
        case RoleSession(role=role):
            return bool(role.name.startswith(f"{FIRELINE_USER}-"))
        case UserKey(user=user) | UserSession(user=user) | FederatedSession(user=user):
            return bool(user.name == FIRELINE_USER)
        case RootKey() | Anonymous():
            return False


def _fireline_names(seeded: Seeded, account: str) -> list[str]:
    own = seeded.fireline
    roles = [arn.split("/")[-1] for arn in (own.monitor_arn, own.responder_arn)]
    return [
        own.credentials.access_key,
        f"arn:aws:iam::{account}:user/{FIRELINE_USER}",
        *(f"arn:aws:sts::{account}:assumed-role/{role}/" for role in roles),
    ]
