"""How fireline comes into a cluster: a kubeconfig's context, or the pod's own service account.

The format: https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/. What would run a
program, send a credential in the clear or trust whoever answers is refused before it is opened.
"""

import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.request import getproxies

import urllib3
import yaml

IN_CLUSTER = "in-cluster"
_MAX_KUBECONFIG_BYTES = 1024 * 1024
_CONNECTIONS = 4
_ACCOUNT_IN_ARN = 4

# The client makes its methods while running and has no types; no checker can know them.
Client = Any


@dataclass(frozen=True, slots=True)
class ClusterAccess:
    """One cluster: `where` is the path of a kubeconfig, or `in-cluster`.

    No context means the file's current one. `may_run` allows an `exec` plugin, which is a program
    that the file names. `aws_account` is whose machines the nodes are, where the file does not say.
    """

    name: str
    where: str
    context: str = ""
    may_run: bool = False
    aws_account: str = ""


class NoAccessError(Exception):
    """A cluster cannot be come into; the message says why, and what to do."""

    def __init__(self, why: str, *, hint: str) -> None:
        super().__init__(f"{why}. {hint}")


def cluster_access(text: str, *, may_run: bool = False, aws_account: str = "") -> ClusterAccess:
    """Read one cluster as settings name it: `name=path`, `name=path#context`, `name=in-cluster`."""
    name, _, where = text.partition("=")
    path, _, context = where.partition("#")
    return ClusterAccess(name, path, context, may_run=may_run, aws_account=aws_account)


def open_client(access: ClusterAccess) -> Client:
    """Return a client of the cluster, or raise `NoAccessError`; ask the cluster nothing."""
    # The client's models are 700 modules and 36 MB: only who has a cluster pays for them.
    from kubernetes import client  # noqa: PLC0415 - see above

    settings = cast("Any", client).Configuration()
    # Asking again is ours to decide: its own way waits as long as the other side says.
    settings.retries = urllib3.Retry(total=False)
    settings.connection_pool_maxsize = _CONNECTIONS
    proxies = getproxies()
    # The client would take HTTP_PROXY for https, and forgets what NO_PROXY says.
    settings.proxy, settings.no_proxy = proxies.get("https"), proxies.get("no")
    if access.where == IN_CLUSTER:
        _from_pod(settings)
    else:
        _from_file(access, settings)
    _check_papers(settings)
    made = cast("Any", client).ApiClient(configuration=settings)
    made.user_agent = "fireline"
    return made


def close_client(client: Client) -> None:
    """Close the client's connections."""
    client.rest_client.pool_manager.clear()
    client.close()


def account_of_nodes(access: ClusterAccess) -> str:
    """Return the AWS account a cluster's nodes are in: EKS writes it into a kubeconfig."""
    if access.where != IN_CLUSTER:
        try:
            said, context = _said(access)
            arn = _text(_named(said, "contexts", context).get("cluster")).split(":")
        except NoAccessError:
            return access.aws_account
        if len(arn) > _ACCOUNT_IN_ARN and arn[2] == "eks" and arn[_ACCOUNT_IN_ARN].isdigit():
            return arn[_ACCOUNT_IN_ARN]
    return access.aws_account


def _from_pod(settings: Any) -> None:
    from kubernetes import config  # noqa: PLC0415 - see open_client

    try:
        cast("Any", config).load_incluster_config(client_configuration=settings)
    except (config.ConfigException, OSError) as wrong:
        msg = f"fireline does not run in a pod with a service account: {wrong}"
        raise NoAccessError(msg, hint="Name a kubeconfig instead of in-cluster.") from wrong


def _from_file(access: ClusterAccess, settings: Any) -> None:
    from kubernetes.config import ConfigException  # noqa: PLC0415 - see open_client
    from kubernetes.config.kube_config import KubeConfigLoader  # noqa: PLC0415 - see open_client

    said, context = _said(access)
    path = Path(access.where).expanduser()
    _check(access, said, context)
    try:
        # Loads what was checked, not the file once more.
        loader = cast("Any", KubeConfigLoader)(
            config_dict=said, active_context=context, config_base_path=str(path.parent)
        )
        loader.load_and_set(settings)
    except (ConfigException, OSError, ValueError, KeyError, TypeError, AttributeError) as wrong:
        # Never the error's own words: they may quote a token that could not be read.
        msg = f"{path}: the context {context} cannot be used ({type(wrong).__name__})"
        raise NoAccessError(msg, hint="Try it with kubectl --kubeconfig.") from wrong


def _said(access: ClusterAccess) -> tuple[dict[str, Any], str]:
    path = Path(access.where).expanduser()
    try:
        with path.open("rb") as opened:
            text = opened.read(_MAX_KUBECONFIG_BYTES)
        said = yaml.safe_load(text)
    except OSError as wrong:
        msg = f"{path} cannot be read ({(wrong.strerror or type(wrong).__name__).lower()})"
        raise NoAccessError(msg, hint="FIRELINE_KUBERNETES_CLUSTERS names a kubeconfig.") from wrong
    except (yaml.YAMLError, ValueError) as wrong:
        msg = f"{path} is not YAML"
        raise NoAccessError(msg, hint="FIRELINE_KUBERNETES_CLUSTERS names a kubeconfig.") from wrong
    if not isinstance(said, dict):
        msg = f"{path} is not a kubeconfig"
        raise NoAccessError(msg, hint="It has clusters, users, contexts and current-context.")
    kubeconfig = cast("dict[str, Any]", said)
    context = access.context or _text(kubeconfig.get("current-context"))
    if not context:
        msg = f"{path} has no current-context"
        raise NoAccessError(msg, hint=f"Write {access.name}={access.where}#CONTEXT.")
    return kubeconfig, context


def _check(access: ClusterAccess, said: Mapping[str, Any], context: str) -> None:
    """Refuse what fireline does not do for anybody's kubeconfig."""
    named = _named(said, "contexts", context)
    cluster = _named(said, "clusters", _text(named.get("cluster")))
    user = _named(said, "users", _text(named.get("user")))
    if not cluster or not user:
        msg = f"{access.where} has no context {context} with a cluster and a user"
        raise NoAccessError(msg, hint="`kubectl config get-contexts` lists them.")
    if not _text(cluster.get("server")).startswith("https://"):
        msg = f"the context {context} has a server that is not https://"
        raise NoAccessError(
            msg, hint="A credential is sent with each request, so TLS is insisted on."
        )
    if cluster.get("insecure-skip-tls-verify"):
        msg = f"the context {context} does not verify who answers (insecure-skip-tls-verify)"
        raise NoAccessError(msg, hint="Name the cluster's authority in certificate-authority-data.")
    if user.get("auth-provider"):
        msg = f"the context {context} uses an auth-provider, which Kubernetes gave up in 1.26"
        raise NoAccessError(msg, hint="Use a service account's token, or a client certificate.")
    if user.get("exec") and not access.may_run:
        msg = f"the context {context} gets its credential by running a program (exec)"
        raise NoAccessError(
            msg,
            hint="Use a service account's token; or set FIRELINE_KUBERNETES_EXEC=true, which lets"
            " that file say what fireline runs.",
        )


def _check_papers(settings: Any) -> None:
    """Find out now whether the certificates can be read: later it would look like the network."""
    context = ssl.create_default_context()
    try:
        if settings.ssl_ca_cert:
            context.load_verify_locations(settings.ssl_ca_cert)
        if settings.cert_file:
            # An empty passphrase, or OpenSSL would ask whoever sits at the terminal.
            context.load_cert_chain(settings.cert_file, settings.key_file, password="")
    except (OSError, ValueError) as wrong:
        msg = f"the cluster's certificates cannot be used ({type(wrong).__name__})"
        raise NoAccessError(
            msg, hint="They are PEM, and the client's has its key beside it."
        ) from wrong


def _named(said: Mapping[str, Any], list_: str, name: str) -> dict[str, Any]:
    """Return the entry of that name: `{name: …, cluster: {…}}` and the like."""
    entries: object = said.get(list_)
    for each in cast("Sequence[Any]", entries) if isinstance(entries, list) else ():
        if isinstance(each, dict):
            entry = cast("dict[str, Any]", each)
            inner: object = entry.get(list_.removesuffix("s"))
            if name and entry.get("name") == name and isinstance(inner, dict):
                return cast("dict[str, Any]", inner)
    return {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
