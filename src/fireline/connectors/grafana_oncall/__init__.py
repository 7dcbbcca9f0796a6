"""Read a Grafana OnCall organisation over its HTTP API."""

from fireline.connectors.grafana_oncall.reader import GrafanaOncallAccount

__all__ = ["GrafanaOncallAccount"]
