"""One call on its way to an answer: what is asked, by whom, when, of which cloud."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fireline.lab.aws.answers import Denial
from fireline.lab.aws.call import ApiCall
from fireline.lab.aws.identify import Known, Register
from fireline.lab.aws.settings import AccountSettings, Cloud, RegionSettings


@dataclass(frozen=True, slots=True)
class Asked:
    """A call of somebody known, and everything an answer may need."""

    call: ApiCall
    caller: Known
    now: datetime
    cloud: Cloud
    register: Register

    @property
    def account(self) -> str:
        """The account the call is answered in."""
        return self.caller.account

    @property
    def settings(self) -> AccountSettings:
        """What the caller's account has set."""
        return self.cloud.account(self.account)

    @property
    def here(self) -> RegionSettings:
        """What the caller's account has set in the call's region."""
        return self.settings.region(self.call.region)

    def given(self, name: str, otherwise: Any = None) -> Any:
        """Return a parameter, or what it is when nobody gives it."""
        found = self.call.parameters.get(name)
        return otherwise if found is None else found


Own = Callable[[Asked], Mapping[str, Any] | Denial]
