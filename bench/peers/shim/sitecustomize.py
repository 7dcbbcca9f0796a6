"""Let a peer reach a lab on loopback by the ways that lead to AWS alone.

S3 Control puts the account's number before the endpoint's host: `111122223333.127.0.0.1`, which no
resolver knows; and Custodian names SQS's real endpoint itself. Put this folder on PYTHONPATH when a
peer runs against a lab; AWS_ENDPOINT_URL names the lab.
"""

import os
import socket

import botocore.session

_LAB = "127.0.0.1"
_ask = socket.getaddrinfo
_connect = botocore.session.Session.create_client


def _resolve(host, *arguments, **named):
    text = host.decode() if isinstance(host, bytes) else host
    if isinstance(text, str) and text.endswith(f".{_LAB}"):
        host = _LAB
    return _ask(host, *arguments, **named)


def _to_the_lab(session, service, *arguments, **named):
    if ".amazonaws.com" in (named.get("endpoint_url") or ""):
        named["endpoint_url"] = os.environ["AWS_ENDPOINT_URL"]
    return _connect(session, service, *arguments, **named)


socket.getaddrinfo = _resolve
if os.environ.get("AWS_ENDPOINT_URL"):
    botocore.session.Session.create_client = _to_the_lab
