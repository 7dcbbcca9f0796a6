"""Ask another system for JSON over HTTP: patiently, and only at the address that was named."""

from fireline.connectors.foreign_http.fetch import HttpFetch

__all__ = ["HttpFetch"]
