"""The lab's own doors: its levers for whoever launched it, and people's phones."""

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Protocol

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from fireline.lab.aws.application import SimulatedAws, StartResponse, read_body
from fireline.lab.aws.call import Environ
from fireline.lab.aws.faults import Faults
from fireline.lab.aws.findings import AskedFinding
from fireline.lab.aws.settings import Cloud, Record
from fireline.lab.aws.signin import AskedSignIn
from fireline.lab.clock import Clock
from fireline.lab.mailboxes import Mailboxes
from fireline.lab.people import Engagement
from fireline.lab.phones import SIGNATURE_HEADER, Phones

_SIGNATURE = "HTTP_" + SIGNATURE_HEADER.upper().replace("-", "_")

Reply = tuple[HTTPStatus, Any]


class Stage(Protocol):
    """What the levers move."""

    faults: Faults
    mailboxes: Mailboxes
    phones: Phones
    ended: Any
    cloud: Cloud

    def find(self, asked: AskedFinding) -> Record:
        """Let GuardDuty find something."""
        ...

    def sign_in(self, asked: AskedSignIn) -> Record:
        """Let somebody sign in to the console."""
        ...

    @property
    def records(self) -> Iterable[Record]:
        """The latest records, oldest first."""
        ...

    def status(self) -> dict[str, Any]:
        """Tell how everything stands."""
        ...

    def attack(self) -> bool:
        """Let the attack begin."""
        ...

    def engage(self, engagement: Engagement) -> bool:
        """Let the people begin."""
        ...

    def stay(self) -> None:
        """Note that somebody wants the lab."""
        ...

    def attack_log(self) -> list[dict[str, str]]:
        """List the latest calls of everybody in the world."""
        ...


class ClockWish(BaseModel):
    """What is wished of the cloud's clock: set to a moment, moved on, or run at another rate."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    set: datetime | None = None
    advance_seconds: float = 0.0
    rate: Annotated[float, Field(ge=0, le=100_000)] | None = None


class Control:
    """Answers `/lab/…`."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._levers: dict[tuple[str, str], Callable[[Any], Any]] = {
            ("GET", "status"): lambda _: stage.status(),
            ("GET", "records"): lambda _: list(stage.records),
            ("GET", "log"): lambda _: stage.attack_log(),
            ("GET", "mail"): self._mail,
            ("GET", "messages"): lambda _: stage.phones.messages,
            ("POST", "attack"): lambda _: {"begun": stage.attack()},
            ("POST", "faults"): lambda body: {"faults": stage.faults.replace(body)},
            ("POST", "people"): self._people,
            ("GET", "clock"): lambda _: _hour(stage.cloud.clock),
            ("POST", "clock"): self._clock,
            ("POST", "findings"): self._findings,
            ("POST", "signins"): self._sign_in,
            ("POST", "keepalive"): lambda _: {"stays": True},
            ("POST", "stop"): self._stop,
        }

    def answer(self, method: str, lever: str, body: bytes) -> Reply:
        """Pull one lever."""
        pull = self._levers.get((method, lever))
        if pull is None:
            return HTTPStatus.NOT_FOUND, {"error": f"no lever {method} {lever}"}
        # A look is no wish to keep the lab: watchers poll, and would keep it alive for ever.
        if method == "POST":
            self._stage.stay()
        try:
            return HTTPStatus.OK, pull(json.loads(body) if body else {})
        except (ValidationError, ValueError) as mistake:
            return HTTPStatus.UNPROCESSABLE_ENTITY, {"error": str(mistake)}

    def _mail(self, _: object) -> Any:
        boxes = self._stage.mailboxes
        return {
            name: [
                {"at": one.at, "subject": one.subject, "text": one.text}
                for one in boxes.letters(name)
            ]
            for name in boxes.counts()
        }

    def _people(self, body: object) -> Any:
        return {"begun": self._stage.engage(Engagement.model_validate(body))}

    def _clock(self, body: object) -> Any:
        wanted, clock = ClockWish.model_validate(body), self._stage.cloud.clock
        if wanted.rate is not None:
            clock.run_at(wanted.rate)
        if wanted.set is not None:
            clock.put(wanted.set)
        clock.advance(wanted.advance_seconds)
        return _hour(clock)

    def _findings(self, body: object) -> Any:
        asked = TypeAdapter(list[AskedFinding]).validate_python(
            body if isinstance(body, list) else [body]
        )
        return {"findings": [self._stage.find(one)["detail"]["id"] for one in asked]}

    def _sign_in(self, body: object) -> Any:
        return {"event": self._stage.sign_in(AskedSignIn.model_validate(body))["eventID"]}

    def _stop(self, _: object) -> Any:
        self._stage.ended.set()
        return {"stopping": True}


class Front:
    """One port for everything: levers, phones, and AWS for the rest.

    A bucket called `lab` or `phones` would be hidden by this; worlds do without.
    """

    def __init__(self, aws: SimulatedAws, control: Control, phones: Phones) -> None:
        self._aws, self._control, self._phones = aws, control, phones

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        room, _, rest = str(environ.get("PATH_INFO", "")).strip("/").partition("/")
        if room == "lab":
            body = read_body(environ)
            return _say(start_response, self._control.answer(_method(environ), rest, body))
        if room == "phones":
            signature = environ.get(_SIGNATURE, "")
            status = self._phones.ring(rest, signature, read_body(environ))
            return _say(start_response, (status, {"status": status.phrase}))
        return self._aws(environ, start_response)


def _hour(clock: Clock) -> dict[str, Any]:
    return {"now": clock.now().isoformat(), "rate": clock.rate}


def _method(environ: Environ) -> str:
    return str(environ.get("REQUEST_METHOD", "GET"))


def _say(start_response: StartResponse, reply: Reply) -> Iterable[bytes]:
    status, said = reply
    body = json.dumps(said).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response(f"{status.value} {status.phrase}", headers)
    return [body]
