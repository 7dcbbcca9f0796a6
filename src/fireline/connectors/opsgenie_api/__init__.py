"""Read an Opsgenie account over its API."""

from fireline.connectors.opsgenie_api.reader import OpsgenieAccount

__all__ = ["OpsgenieAccount"]
