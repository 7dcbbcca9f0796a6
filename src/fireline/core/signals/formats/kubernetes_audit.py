"""Kubernetes' audit events, which are records of what was done and say nothing of what is wrong.

The door keeps them as signals, for the plan's rules (`product: kubernetes`) to judge; see
`core/signals/kubernetes_audit.py`. The format stands among the others so that a source can have it.
"""

from fireline.core.signals.payload import Payload, Reading

FORMAT = "kubernetes_audit"


def read(payload: Payload) -> Reading:
    """Read nothing out of a list of records."""
    del payload
    return Reading()
