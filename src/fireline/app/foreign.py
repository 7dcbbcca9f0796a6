"""The other systems a plan can be brought in from, each with its key."""

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager

from fireline.app.secrets import NamedSecrets
from fireline.connectors.foreign_http import HttpFetch
from fireline.connectors.grafana_oncall import GrafanaOncallAccount
from fireline.connectors.opsgenie_api import OpsgenieAccount
from fireline.connectors.pagerduty_api import PagerdutyAccount
from fireline.core.plan.importing.bringing import GRAFANA_ONCALL, OPSGENIE, PAGERDUTY
from fireline.core.values.secret import Secret
from fireline.ports.foreign import Fetch, Foreign

_GRAFANA_API = "/api/v1"
_ACCOUNTS: Mapping[str, Callable[[Fetch], Foreign]] = {
    OPSGENIE: OpsgenieAccount,
    PAGERDUTY: PagerdutyAccount,
    GRAFANA_ONCALL: GrafanaOncallAccount,
}


@contextmanager
def open_foreign(source: str, address: str, key: str) -> Generator[Foreign]:
    """Open an account of another system; `key` says where its key is kept.

    Raises SecretMissing when there is none.
    """
    token = NamedSecrets().reveal(key).reveal()
    if source == GRAFANA_ONCALL:
        address = address.rstrip("/").removesuffix(_GRAFANA_API) + _GRAFANA_API
    fetch = HttpFetch(address, {name: Secret(said) for name, said in _says(source, token)})
    try:
        yield _ACCOUNTS[source](fetch)
    finally:
        fetch.close()


def _says(source: str, token: str) -> Iterator[tuple[str, str]]:
    """Say who asks, in the header each vendor wants it in."""
    if source == PAGERDUTY:
        yield "Authorization", f"Token token={token}"
        yield "Accept", "application/vnd.pagerduty+json;version=2"
    else:
        yield "Authorization", f"GenieKey {token}" if source == OPSGENIE else token
