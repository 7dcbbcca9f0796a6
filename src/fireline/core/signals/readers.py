"""Every format by its name, with the function that reads it."""

from collections.abc import Mapping

from fireline.core.signals.bounds import bounded
from fireline.core.signals.formats import (
    alertmanager,
    datadog,
    deploy,
    eventbridge,
    falco,
    findings,
    fireline,
    generic,
    github,
    gitlab,
    grafana,
    kubernetes_audit,
    mail,
    opsgenie,
    pagerduty,
    sentry,
    sns,
    splunk,
    victorops,
)
from fireline.core.signals.payload import Payload, Reader, Reading, Unread

READERS: Mapping[str, Reader] = {
    "alertmanager": alertmanager.read,
    "datadog": datadog.read,
    "deploy": deploy.read,
    "eventbridge": eventbridge.read,
    "falco": falco.read,
    "findings": findings.read,
    "fireline": fireline.read,
    "github": github.read,
    "gitlab": gitlab.read,
    "grafana": grafana.read,
    "json": generic.read,
    "kubernetes_audit": kubernetes_audit.read,
    "mail": mail.read,
    "opsgenie": opsgenie.read,
    "pagerduty": pagerduty.read,
    "sentry": sentry.read,
    "sns": sns.read,
    "splunk": splunk.read,
    "victorops": victorops.read,
}


def read(payload: Payload) -> Reading:
    """Read a payload by its format. A reader that fails is a bug, and costs no alert: see `Unread`.

    The caller opens an alert for what could not be read, so nothing is lost in silence.
    """
    reader = READERS.get(payload.format)
    if reader is None:
        why = f"no reader is called {payload.format!r}"
        return Reading(unread=(Unread("format.unknown", "", why),))
    try:
        return bounded(reader(payload))
    except Exception as failure:  # noqa: BLE001 - readers meet what strangers write
        why = f"the reader of {payload.format} failed: {type(failure).__name__}"
        return Reading(unread=(Unread("reader.failed", "", why),))
