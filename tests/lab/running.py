"""A running lab as the tests hold it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fireline.lab.clients import Caller, Credentials, Place
from fireline.lab.lab import Lab
from fireline.lab.state import LabState
from fireline.lab.world import Call

WORLD = Path(__file__).parent / "leaked_key.json"
SECRET = "the phones' secret"


@dataclass
class Running:
    lab: Lab
    state: LabState

    @property
    def place(self) -> Place:
        return Place(self.state.endpoint, self.state.region)

    def user(self, name: str) -> Caller:
        """Make a user with a key of their own, so that tests do not meet in one."""
        root = self.lab._hand(self.place).client("iam")
        root.create_user(UserName=name)
        key = root.create_access_key(UserName=name)["AccessKey"]
        return Caller(self.place, Credentials(key["AccessKeyId"], key["SecretAccessKey"]))

    def records(self, **wanted: str) -> list[Mapping[str, Any]]:
        return [
            one
            for one in self.lab.records
            if all(one.get(name) == value for name, value in wanted.items())
        ]

    def records_of(self, caller: Caller) -> list[Mapping[str, Any]]:
        key = caller.access_key
        return [one for one in self.lab.records if one["userIdentity"]["accessKeyId"] == key]


def make(caller: Caller, service: str, operation: str, **parameters: Any) -> str:
    call = Call(service=service, operation=operation, parameters=parameters)
    return caller.make(call)[0]
