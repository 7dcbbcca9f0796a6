"""Read a PagerDuty account over its REST API."""

from fireline.connectors.pagerduty_api.reader import PagerdutyAccount

__all__ = ["PagerdutyAccount"]
