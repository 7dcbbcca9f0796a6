"""What to paste where, for each format: the address, the header, the few lines of a configuration.

Shapes follow each client's own documentation.
"""

from collections.abc import Callable, Mapping


def paste(format_: str, base_url: str, token: str, *, mail_domain: str = "") -> str:
    """Return the lines that make a client of this format post to this fireline."""
    base = base_url.rstrip("/")
    written = _FORMATS.get(format_, _webhook)
    return written(format_, base, token) if format_ != "mail" else _mail(base, token, mail_domain)


def _webhook(format_: str, base: str, token: str) -> str:
    return f"Webhook address (POST):\n{base}/integrations/{format_}/{token}"


def _header(format_: str, base: str, token: str) -> str:
    return (
        f"Webhook address (POST):\n{base}/integrations/{format_}\n"
        f"Header:\nAuthorization: Bearer {token}\n"
        f"Where no header can be set:\n{base}/integrations/{format_}/{token}"
    )


def _alertmanager(_: str, base: str, token: str) -> str:
    scheme, _sep, place = base.partition("://")
    return (
        "prometheus.yml, where fireline takes Alertmanager's place:\n"
        "alerting:\n"
        "  alertmanagers:\n"
        f"    - scheme: {scheme}\n"
        f'      static_configs: [{{targets: ["{place}"]}}]\n'
        f"      authorization: {{credentials: {token}}}\n"
        "\n"
        "alertmanager.yml, where Alertmanager stays between:\n"
        "receivers:\n"
        "  - name: fireline\n"
        "    webhook_configs:\n"
        f"      - url: {base}/integrations/alertmanager\n"
        "        send_resolved: true\n"
        f"        http_config: {{authorization: {{credentials: {token}}}}}"
    )


def _opsgenie(_: str, base: str, token: str) -> str:
    return (
        f"Opsgenie API address:\n{base}\n"
        f"API key:\n{token}\n"
        "Try it:\n"
        f'curl -X POST {base}/v2/alerts -H "Authorization: GenieKey {token}" '
        '-H "Content-Type: application/json" -d \'{"message": "It works"}\''
    )


def _pagerduty(_: str, base: str, token: str) -> str:
    return (
        f"Events API v2 address:\n{base}/v2/enqueue\n"
        f"Change events:\n{base}/v2/change/enqueue\n"
        f"Routing key (integration key):\n{token}"
    )


def _json(_: str, base: str, token: str) -> str:
    return (
        "Try it:\n"
        f'curl -X POST {base}/hooks/json/{token} -H "Content-Type: application/json" '
        '-d \'{"key": "disk-web1", "title": "Disk full on web1", "severity": "high"}\'\n'
        "Over again:\n"
        f'curl -X POST {base}/hooks/json/{token} -H "Content-Type: application/json" '
        '-d \'{"key": "disk-web1", "status": "resolved"}\''
    )


def _heartbeat(_: str, base: str, token: str) -> str:
    return (
        "At the end of a crontab line, after what must have worked:\n"
        f"... && curl -fsS -m 10 --retry 3 {base}/integrations/heartbeat/{token}"
    )


def _victorops(_: str, base: str, token: str) -> str:
    return (
        "alertmanager.yml:\n"
        "receivers:\n"
        "  - name: fireline\n"
        "    victorops_configs:\n"
        f"      - api_url: {base}/integrations/victorops/\n"
        f"        api_key: {token}\n"
        "        routing_key: fireline"
    )


def _mail(base: str, token: str, domain: str) -> str:
    place = domain or "YOUR-MAIL-DOMAIN"
    return (
        f"Mail address:\n{token}@{place}\n"
        f"or, so that people can read it:\nalerts+{token}@{place}\n"
        "Fireline listens for mail where FIRELINE_MAIL_IN_HOST is set.\n"
        f"A mail provider may post the raw message instead:\n{base}/integrations/mail/{token}"
    )


_FORMATS: Mapping[str, Callable[[str, str, str], str]] = {
    "alertmanager": _alertmanager,
    "datadog": _header,
    "grafana": _header,
    "heartbeat": _heartbeat,
    "json": _json,
    "opsgenie": _opsgenie,
    "pagerduty": _pagerduty,
    "victorops": _victorops,
}
