"""Log lines: a constant event and its fields, for people or for machines."""

import logging
import sys
from typing import Literal

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from fireline.core.values.secret import Secret


def set_up(how: Literal["text", "json"], *, quiet: bool = False) -> None:
    """Send every log line, our own and the libraries', to the error stream in one form.

    `quiet` leaves out what only tells that all is well.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        hide_secrets,
    ]
    last: list[Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if how == "json"
        else [
            # Plain: a traceback with local variables would print what must not be printed.
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            )
        ]
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING if quiet else logging.INFO)
    # These write a line for every call they make.
    for chatty in (
        "botocore",
        "boto3",
        "urllib3",
        "httpx2",
        "httpcore2",
        "mail.log",
        "werkzeug",
        "yoyo",
    ):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def hide_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Print secrets as dots even where a renderer would look inside them."""
    return {
        name: str(value) if isinstance(value, Secret) else value for name, value in event.items()
    }
