"""Settings: environment variables that begin with `FIRELINE_`, read once, at the start.

Every mistake is one sentence that names the variable. A variable nobody knows is a mistake too,
because the likeliest reason for one is a slip of the hand in another.
"""

import difflib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fireline.app import tls
from fireline.app.setting_kinds import (
    LISTED,
    MUST_PHONE,
    MUST_PORT,
    MUST_ROLE,
    MUST_URL,
    ClusterText,
    DomainName,
    FolderPath,
    MailAddress,
    NetworkOnly,
    PhoneNumber,
    PortNumber,
    RoleArn,
    WebAddress,
    is_database,
)
from fireline.core.values.secret import Secret

PREFIX = "FIRELINE_"
# Read by others: the command line, the tests, the build, and the lab's own process.
_ELSEWHERE = (
    "FIRELINE_URL",
    "FIRELINE_TOKEN",
    "FIRELINE_TEST_",
    "FIRELINE_BUILD_",
    "FIRELINE_LAB_",
    "FIRELINE_TRACE",
    "FIRELINE_WATCHDOG_",
)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class SettingsError(Exception):
    """Fireline cannot start with these settings; the message has one sentence for each mistake."""


class Settings(BaseModel):
    """What an operator may set. `description` and `must` are what the reference page prints."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    database_url: Secret | None = Field(
        default=None,
        description="Your own PostgreSQL, 15 or newer. Without it, fireline runs one itself.",
    )
    data_dir: FolderPath = Field(
        default=Path("~/.local/share/fireline"),
        validate_default=True,
        description="Where the embedded database and other local files are kept.",
        json_schema_extra={"must": "be a folder"},
    )
    postgres_bin: FolderPath | None = Field(
        default=None,
        description="PostgreSQL's programs, to be used in place of the embedded ones.",
        json_schema_extra={"must": "be the folder that contains postgres and initdb"},
    )
    host: str = Field(default="127.0.0.1", description="The address to listen on.")
    port: PortNumber = Field(
        default=8040, description="The port to listen on.", json_schema_extra={"must": MUST_PORT}
    )
    base_url: WebAddress = Field(
        default="",
        description="The address people reach fireline at; links in messages begin with it.",
        json_schema_extra={"must": MUST_URL},
    )
    tls_certificate: FolderPath | None = Field(
        default=None,
        description=(
            "A certificate to serve https with, and those that vouch for it, in PEM. Without one,"
            " fireline serves plain http."
        ),
        json_schema_extra={"must": "be a file"},
    )
    tls_key: FolderPath | None = Field(
        default=None,
        description="The certificate's key, in PEM and without a passphrase.",
        json_schema_extra={"must": "be a file"},
    )
    plan_dir: FolderPath | None = Field(
        default=None,
        description="A plan to read at the start when the database has none.",
        json_schema_extra={"must": "be a folder"},
    )
    log_format: Literal["text", "json"] = Field(
        default="text",
        description="Log lines for people or for machines.",
        json_schema_extra={"must": "be text or json"},
    )

    smtp_host: str | None = Field(default=None, description="The mail server pages leave through.")
    smtp_port: PortNumber = Field(
        default=587, description="The mail server's port.", json_schema_extra={"must": MUST_PORT}
    )
    smtp_username: str | None = Field(default=None, description="The name to sign in there with.")
    smtp_password: Secret | None = Field(
        default=None, description="The password to sign in there with."
    )
    smtp_from: MailAddress | None = Field(
        default=None,
        description="The address pages come from.",
        json_schema_extra={"must": "be a mail address"},
    )
    smtp_starttls: bool = Field(
        default=True,
        description="Whether to insist on an encrypted connection to the mail server.",
        json_schema_extra={"must": "be true or false"},
    )
    mail_in_host: str | None = Field(
        default=None,
        description="The address to take mail for sources on. Without it, none is taken by SMTP.",
    )
    mail_in_port: PortNumber = Field(
        default=8025,
        description="The port to take mail for sources on.",
        json_schema_extra={"must": MUST_PORT},
    )
    mail_in_domain: DomainName = Field(
        default="",
        description="The domain of sources' mail addresses; mail for any other is refused.",
        json_schema_extra={"must": "be a domain, such as alerts.example.org"},
    )
    webhook_secret: Secret | None = Field(
        default=None, description="The key webhooks are signed with."
    )

    private_addresses: Annotated[tuple[NetworkOnly, ...], LISTED] = Field(
        default=(),
        description=(
            "Networks of your own that people's addresses may lie in, such as your ntfy server's."
            " Without it, messages leave for the internet alone."
        ),
        json_schema_extra={"must": "be networks such as 10.1.0.0/16, separated by commas"},
    )
    push_key: Secret | None = Field(
        default=None,
        description=(
            "The key pushes to browsers are signed with: a private key of the curve P-256 in PEM."
            " Without it, one is made and kept in the data folder; on several machines, set it."
        ),
    )
    push_contact: (
        Annotated[str, Field(pattern=r"^(mailto:[^\s@]+@[^\s@]+|https://\S+)$")] | None
    ) = Field(
        default=None,
        description=(
            "Where push services write when something is wrong with your pushes."
            " Without it, the address pages come from."
        ),
        json_schema_extra={"must": "be mailto: and a mail address, or an https:// address"},
    )
    slack_token: Secret | None = Field(
        default=None, description="The bot token of your Slack app, with the right chat:write."
    )
    slack_signing_secret: Secret | None = Field(
        default=None,
        description="What Slack signs your app's commands with, to answer them in chat.",
    )
    slack_url: WebAddress | None = Field(
        default=None,
        description="Slack's API elsewhere, such as https://slack-gov.com/api.",
        json_schema_extra={"must": MUST_URL},
    )
    matrix_url: WebAddress | None = Field(
        default=None,
        description="The homeserver of fireline's Matrix account.",
        json_schema_extra={"must": MUST_URL},
    )
    matrix_token: Secret | None = Field(
        default=None, description="The access token of fireline's Matrix account."
    )
    ntfy_url: WebAddress | None = Field(
        default=None,
        description="Your own ntfy server, where the name of a topic alone is an address.",
        json_schema_extra={"must": MUST_URL},
    )
    ntfy_token: Secret | None = Field(
        default=None, description="An access token for your own ntfy server."
    )
    pagerduty_url: WebAddress | None = Field(
        default=None,
        description="PagerDuty's events elsewhere, such as https://events.eu.pagerduty.com.",
        json_schema_extra={"must": MUST_URL},
    )

    twilio_account: Annotated[str, Field(pattern=r"^AC[0-9a-fA-F]{32}$")] | None = Field(
        default=None,
        description="The Twilio account that texts and calls people.",
        json_schema_extra={"must": "be the account's SID, which begins with AC"},
    )
    twilio_token: Secret | None = Field(default=None, description="That account's auth token.")
    twilio_from: PhoneNumber | None = Field(
        default=None,
        description="The number of that account which texts and calls come from.",
        json_schema_extra={"must": MUST_PHONE},
    )
    twilio_api_url: WebAddress | None = Field(
        default=None,
        description="Twilio's API in another region, or something that speaks as it does.",
        json_schema_extra={"must": MUST_URL},
    )
    plivo_account: Annotated[str, Field(pattern=r"^(MA|SA)[0-9A-Z]{18}$")] | None = Field(
        default=None,
        description="The Plivo account that texts and calls people.",
        json_schema_extra={"must": "be the account's auth id, which begins with MA or SA"},
    )
    plivo_token: Secret | None = Field(default=None, description="That account's auth token.")
    plivo_from: PhoneNumber | None = Field(
        default=None,
        description="The number of that account which texts and calls come from.",
        json_schema_extra={"must": MUST_PHONE},
    )
    plivo_api_url: WebAddress | None = Field(
        default=None,
        description="Something that speaks as Plivo's API does.",
        json_schema_extra={"must": MUST_URL},
    )
    phone_providers: Annotated[tuple[Literal["twilio", "plivo"], ...], LISTED] = Field(
        default=("twilio", "plivo"),
        description="In which order phone companies are tried. Those not set up are left out.",
        json_schema_extra={"must": "be names of phone companies (twilio, plivo) with commas"},
    )

    heartbeat_url: Secret | None = Field(
        default=None,
        description=(
            "The address to call each minute that the auditor finds every promise kept: a watcher"
            " outside, which raises the alarm when the calls cease. Or a reference to it."
        ),
    )

    aws_region: str = Field(default="us-east-1", description="The region to begin in.")
    aws_account: Annotated[str, Field(pattern=r"^\d{12}$")] | None = Field(
        default=None,
        description="The account to watch.",
        json_schema_extra={"must": "be the twelve digits of an AWS account"},
    )
    aws_queue_urls: Annotated[tuple[WebAddress, ...], LISTED] = Field(
        default=(),
        description="The SQS queues to poll for CloudTrail, separated by commas.",
        json_schema_extra={"must": "be addresses of SQS queues, separated by commas"},
    )
    aws_monitor_role_arn: RoleArn | None = Field(
        default=None,
        description="The role to look with.",
        json_schema_extra={"must": MUST_ROLE},
    )
    aws_responder_role_arn: RoleArn | None = Field(
        default=None,
        description="The role to change things with, assumed for approved actions alone.",
        json_schema_extra={"must": MUST_ROLE},
    )
    aws_external_id: Secret | None = Field(
        default=None, description="The external id both roles ask for."
    )
    aws_regions: Annotated[tuple[str, ...], LISTED] = Field(
        default=(),
        description=(
            "The regions of that account to look at, separated by commas; otherwise all that are"
            " switched on."
        ),
        json_schema_extra={"must": "be names of regions, separated by commas"},
    )
    aws_endpoint_url: WebAddress | None = Field(
        default=None,
        description="An AWS other than AWS, such as a simulated one.",
        json_schema_extra={"must": MUST_URL},
    )
    look_hours: Annotated[float, Field(ge=0.25, le=168)] = Field(
        default=6,
        description="How many hours after one look at every cloud account the next one begins.",
        json_schema_extra={"must": "be a number of hours between 0.25 and 168"},
    )
    aws_cost_explorer: bool = Field(
        default=False,
        description=(
            "Whether to ask Cost Explorer what resources cost. Each page of its answer costs a"
            " cent, and it must have been switched on for resources."
        ),
        json_schema_extra={"must": "be true or false"},
    )
    aws_cost_report: FolderPath | None = Field(
        default=None,
        description=(
            "A Cost and Usage Report in a CSV file, or packed with gzip, to read the costs of"
            " resources from instead."
        ),
    )

    kubernetes_clusters: Annotated[tuple[ClusterText, ...], LISTED] = Field(
        default=(),
        description=(
            "The Kubernetes clusters to look at: a name and a kubeconfig each, with # and a context"
            " where it is not the file's current one; or a name and in-cluster."
        ),
        json_schema_extra={
            "must": "be clusters such as prod-eu=/etc/fireline/kubeconfig#prod, with commas between"
        },
    )
    kubernetes_exec: bool = Field(
        default=False,
        description=(
            "Whether a kubeconfig may name a program that fireline runs for a credential (exec)."
        ),
        json_schema_extra={"must": "be true or false"},
    )

    @property
    def address(self) -> str:
        """Where people reach fireline, without a slash at the end."""
        return (self.base_url or f"{self.scheme}://{self.host}:{self.port}").rstrip("/")

    @property
    def tls(self) -> tls.TlsFiles | None:
        """The certificate and key to serve https with; `None` for plain http."""
        if self.tls_certificate is None or self.tls_key is None:
            return None
        return tls.TlsFiles(self.tls_certificate, self.tls_key)

    @property
    def scheme(self) -> str:
        """How addresses of what fireline serves itself begin."""
        return "http" if self.tls is None else "https"


_SECRETS = frozenset(
    {
        "database_url",
        "heartbeat_url",
        "smtp_password",
        "webhook_secret",
        "aws_external_id",
        "twilio_token",
        "plivo_token",
        "push_key",
        "slack_signing_secret",
        "slack_token",
        "matrix_token",
        "ntfy_token",
    }
)


def load(environ: Mapping[str, str]) -> Settings:
    """Read the settings, or say every mistake in them. An empty variable counts as absent."""
    given = {
        name.removeprefix(PREFIX).lower(): text
        for name, text in environ.items()
        if name.startswith(PREFIX) and not name.startswith(_ELSEWHERE) and text.strip()
    }
    mistakes = [_unknown(field) for field in sorted(given) if field not in Settings.model_fields]
    values: dict[str, object] = {}
    for field, text in given.items():
        if field in _SECRETS:
            values[field] = _secret(field, text.strip(), environ, mistakes)
        elif field in Settings.model_fields:
            values[field] = text.strip()
    if "data_dir" not in values and environ.get("XDG_DATA_HOME"):
        values["data_dir"] = Path(environ["XDG_DATA_HOME"]) / "fireline"
    settings = _checked(values, given, mistakes)
    if settings is None or mistakes:
        raise SettingsError("\n".join(mistakes))
    return settings


def _checked(
    values: dict[str, object], given: Mapping[str, str], mistakes: list[str]
) -> Settings | None:
    try:
        settings = Settings.model_validate(values)
    except ValidationError as wrong:
        # One sentence for each variable, however many things are wrong with it.
        fields = dict.fromkeys(str(error["loc"][0]) for error in wrong.errors())
        mistakes += [_wrong(field, given[field]) for field in fields]
        return None
    mistakes += _mistakes_together(settings)
    return settings


def _mistakes_together(settings: Settings) -> list[str]:
    """Say which settings do not go together."""
    mistakes = tls.mistakes_in(settings.tls_certificate, settings.tls_key)
    if settings.smtp_host and not settings.smtp_from:
        mistakes.append("FIRELINE_SMTP_FROM must be set, because FIRELINE_SMTP_HOST is.")
    if settings.smtp_password and not settings.smtp_username:
        mistakes.append("FIRELINE_SMTP_USERNAME must be set, because FIRELINE_SMTP_PASSWORD is.")
    if settings.ntfy_token and not settings.ntfy_url:
        mistakes.append("FIRELINE_NTFY_URL must be set, because FIRELINE_NTFY_TOKEN is.")
    mistakes += _half_set(settings, "matrix", ("url", "token"))
    for company in ("twilio", "plivo"):
        mistakes += _half_set(settings, company, ("account", "token", "from"))
    names = [each.partition("=")[0] for each in settings.kubernetes_clusters]
    mistakes += [
        f"FIRELINE_KUBERNETES_CLUSTERS names {name} twice."
        for name in sorted({each for each in names if names.count(each) > 1})
    ]
    if settings.aws_monitor_role_arn and not settings.aws_external_id:
        mistakes.append(
            "FIRELINE_AWS_EXTERNAL_ID must be set, because FIRELINE_AWS_MONITOR_ROLE_ARN is."
        )
    if settings.aws_responder_role_arn and not settings.aws_external_id:
        mistakes.append(
            "FIRELINE_AWS_EXTERNAL_ID must be set, because FIRELINE_AWS_RESPONDER_ROLE_ARN is."
        )
    return mistakes


def _half_set(settings: Settings, prefix: str, names: tuple[str, ...]) -> list[str]:
    """Say which of several settings are missing when one of them is there."""
    fields = [f"{prefix}_{name}" for name in names]
    given = [field for field in fields if getattr(settings, field)]
    return [
        f"{PREFIX}{field.upper()} must be set, because {PREFIX}{given[0].upper()} is."
        for field in fields
        if given and field not in given
    ]


def _secret(
    field: str, text: str, environ: Mapping[str, str], mistakes: list[str]
) -> Secret | None:
    """Follow a reference to a secret. What it leads to is never part of a mistake."""
    kind, _, where = text.partition(":")
    if kind == "env" and _NAME.fullmatch(where):
        found = environ.get(where, "")
        trouble = f"the variable {where}, which is not set"
    elif kind == "file" and where:
        found, trouble = _read(Path(where).expanduser()), f"the file {where}, which has nothing"
    elif field in {"database_url", "heartbeat_url"}:
        found, trouble = text, ""
    else:
        mistakes.append(f"{PREFIX}{field.upper()} must be a reference, env:NAME or file:PATH.")
        return None
    if not found:
        mistakes.append(f"{PREFIX}{field.upper()} names {trouble}.")
        return None
    if field == "database_url" and not is_database(found):
        mistakes.append(
            f"{PREFIX}DATABASE_URL must be a PostgreSQL address,"
            " or a reference to one, env:NAME or file:PATH."
        )
        return None
    if field == "heartbeat_url" and not found.startswith(("http://", "https://")):
        mistakes.append(
            f"{PREFIX}HEARTBEAT_URL must be an address that begins with http:// or https://,"
            " or a reference to one, env:NAME or file:PATH."
        )
        return None
    return Secret(found)


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""


def _wrong(field: str, text: str) -> str:
    return f'{PREFIX}{field.upper()} must {must(field)}, and is "{text}".'


def must(field: str) -> str:
    """Say what a setting must be."""
    extra = cast("dict[str, str] | None", Settings.model_fields[field].json_schema_extra)
    return extra["must"] if extra else "be a text"


def _unknown(field: str) -> str:
    near = difflib.get_close_matches(field, Settings.model_fields, n=1)
    meant = f"; did you mean {PREFIX}{near[0].upper()}?" if near else "."
    return f"{PREFIX}{field.upper()} is not a setting of fireline{meant}"
