"""Functions, containers, clusters, logs and search domains.

Runtimes: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html, by June 2026.
Functions whom a service calls need the source's account: AWS Security Hub, Lambda.1.
"""

import json
from collections.abc import Mapping
from typing import Any

from tests.labelled.labels import (
    DENIED,
    FAIL,
    PASS,
    THROTTLED,
    UNKNOWN,
    Account,
    Labels,
    Thing,
    Verdict,
)
from tests.labelled.policies import ACCOUNT, BROKEN, allow, policy, private, public, root

HERE = "eu-west-1"
ABOUT = ("lambda-", "ecs-", "eks-", "ecr-", "logs-", "opensearch-")
OLD, OPEN, URL = "lambda-old-runtime", "lambda-public", "lambda-url-without-authentication"
Said = Mapping[str, Any]


def kept(config: Said, said: Said, unread: Said, without: Any = ()) -> dict[str, Any]:
    return {k: v for k, v in {**config, **said}.items() if k not in {*unread, *without}}


def function(number: int, says: Labels, **said: Any) -> Thing:
    unread, without = said.pop("unread", {}), said.pop("without", ())
    arn = f"arn:aws:lambda:{HERE}:{ACCOUNT}:function:thumbs-{number}"
    config: dict[str, Any] = {
        "FunctionName": f"thumbs-{number}",
        "FunctionArn": arn,
        "Runtime": "python3.13",
        "Role": f"arn:aws:iam::{ACCOUNT}:role/service-role/thumbs",
        "Handler": "main.run",
        "CodeSize": 302,
        "Timeout": 3,
        "MemorySize": 128,
        "LastModified": "2026-01-01T00:00:00.000+0000",
        "Version": "$LATEST",
        "TracingConfig": {"Mode": "PassThrough"},
        "PackageType": "Zip",
        "Architectures": ["arm64"],
        "Policy": None,
        "Url": None,
    }
    return Thing("aws.lambda.function", kept(config, said, unread, without), says, HERE, unread)


RETIRED = (
    "python2.7",
    "python3.8",
    "python3.9",
    "nodejs12.x",
    "nodejs16.x",
    "nodejs18.x",
    "nodejs20.x",
    "go1.x",
    "java8",
    "dotnetcore3.1",
    "dotnet6",
    "ruby2.7",
    "ruby3.2",
    "provided",
)
MENDED = ("python3.12", "python3.13", "nodejs22.x", "java21", "ruby3.4", "provided.al2023")


def service(name: str, **when: str) -> str:
    condition = {"when": {"StringEquals": when}} if when else {}
    return policy(allow({"Service": name}, "lambda:InvokeFunction", **condition))


def url(kind: str) -> Said:
    return {
        "FunctionUrl": "https://abcdefghijklmnopqrstuvwxyz012345.lambda-url.eu-west-1.on.aws/",
        "FunctionArn": f"arn:aws:lambda:{HERE}:{ACCOUNT}:function:thumbs",
        "AuthType": kind,
        "Cors": {"AllowOrigins": ["*"]},
        "InvokeMode": "BUFFERED",
    }


BY_URL = policy(
    allow(
        "*",
        "lambda:InvokeFunctionUrl",
        when={"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}},
        Sid="FunctionURLAllowPublicAccess",
    )
)
FUNCTIONS = (
    *(function(at, {OLD: FAIL}, Runtime=each) for at, each in enumerate(RETIRED)),
    *(function(20 + at, {OLD: PASS, OPEN: PASS}, Runtime=each) for at, each in enumerate(MENDED)),
    function(30, {OLD: UNKNOWN}, without=["Runtime"]),
    function(31, {OLD: UNKNOWN}, Runtime=None),
    function(32, {OLD: UNKNOWN}, unread={"Runtime": DENIED}),
    # What an image holds, its builder mends.
    function(33, {OPEN: PASS}, PackageType="Image", without=["Runtime", "Handler"]),
    # Any bucket in the world may be the one that calls.
    function(40, {OPEN: FAIL}, Policy=service("s3.amazonaws.com")),
    function(
        41,
        {OPEN: PASS},
        Policy=service(
            "s3.amazonaws.com",
            **{"AWS:SourceAccount": ACCOUNT, "AWS:SourceArn": "arn:aws:s3:::example-in"},
        ),
    ),
    function(
        42,
        {OPEN: PASS},
        Policy=policy(
            allow(
                {"Service": "events.amazonaws.com"},
                "lambda:InvokeFunction",
                when={
                    "ArnLike": {"AWS:SourceArn": f"arn:aws:events:{HERE}:{ACCOUNT}:rule/nightly"}
                },
            )
        ),
    ),
    function(43, {OPEN: UNKNOWN, URL: PASS}, unread={"Policy": DENIED}, Url=url("AWS_IAM")),
    function(44, {OPEN: UNKNOWN}, unread={"Policy": THROTTLED}),
    function(50, {URL: FAIL, OPEN: FAIL}, Url=url("NONE"), Policy=BY_URL),
    function(51, {URL: FAIL, OPEN: FAIL}, Url=url("NONE"), Policy=BY_URL, Timeout=900),
    function(
        52,
        {URL: FAIL, OPEN: FAIL},
        Url={**url("NONE"), "InvokeMode": "RESPONSE_STREAM", "Cors": None},
        Policy=BY_URL,
    ),
    function(53, {URL: PASS, OPEN: PASS}, Url=url("AWS_IAM"), Policy=policy(allow(root(), "*"))),
    function(54, {URL: PASS}, Url=url("AWS_IAM")),
    # Nobody may come by the address: AWS answers everybody with 403.
    function(55, {}, Url=url("NONE")),
    function(56, {URL: UNKNOWN, OPEN: PASS}, unread={"Url": DENIED}),
    function(57, {URL: UNKNOWN}, unread={"Url": THROTTLED}),
    function(58, {URL: UNKNOWN, OPEN: UNKNOWN}, unread={"Url": DENIED, "Policy": DENIED}),
)
FUNCTION_POLICIES = (
    *(
        function(100 + at, {OPEN: FAIL}, Policy=each)
        for at, each in enumerate(public("lambda:InvokeFunction").values())
    ),
    *(
        function(200 + at, {OPEN: PASS}, Policy=each)
        for at, each in enumerate(private("lambda:InvokeFunction").values())
    ),
    *(function(300 + at, {OPEN: UNKNOWN}, Policy=each) for at, each in enumerate(BROKEN.values())),
)


def task(number: int, label: Verdict, *containers: Said, **said: Any) -> Thing:
    unread, without = said.pop("unread", {}), said.pop("without", ())
    config: dict[str, Any] = {
        "taskDefinitionArn": f"arn:aws:ecs:{HERE}:{ACCOUNT}:task-definition/shop-{number}:7",
        "family": f"shop-{number}",
        "revision": 7,
        "volumes": [],
        "status": "ACTIVE",
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["EC2"],
        "containerDefinitions": [
            {"name": f"c{at}", "image": "nginx", "cpu": 0, "essential": True, "environment": []}
            | dict(each)
            for at, each in enumerate(containers)
        ],
    }
    says = {"ecs-task-privileged": label}
    return Thing("aws.ecs.task_definition", kept(config, said, unread, without), says, HERE, unread)


LIST = "containerDefinitions"
TASKS = (
    task(1, FAIL, {"privileged": True}),
    task(2, FAIL, {"privileged": False}, {}, {"privileged": True, "essential": False}),
    task(3, FAIL, {"privileged": True, "user": "1000"}, networkMode="host"),
    task(4, PASS, {}),
    task(5, PASS, {"privileged": False}, {"linuxParameters": {"capabilities": {"add": ["ALL"]}}}),
    task(6, PASS, {"user": "root"}, requiresCompatibilities=["FARGATE"]),
    task(7, UNKNOWN, unread={LIST: DENIED}),
    task(8, UNKNOWN, without=[LIST]),
    task(9, UNKNOWN, containerDefinitions=None),
)

WORLD, AUDIT = "eks-endpoint-public", "eks-without-audit-logs"
KINDS = ("api", "audit", "authenticator", "controllerManager", "scheduler")


def logging(*on: str) -> Said:
    off = [each for each in KINDS if each not in on]
    groups = [{"types": list(on), "enabled": True}, {"types": off, "enabled": False}]
    return {"clusterLogging": [each for each in groups if each["types"]]}


def cluster(number: int, says: Labels, public_: Any, *cidrs: str, **said: Any) -> Thing:
    unread, without = said.pop("unread", {}), said.pop("without", ())
    config: dict[str, Any] = {
        "name": f"shop-{number}",
        "arn": f"arn:aws:eks:{HERE}:{ACCOUNT}:cluster/shop-{number}",
        "version": "1.33",
        "roleArn": f"arn:aws:iam::{ACCOUNT}:role/eks",
        "resourcesVpcConfig": {
            "subnetIds": [],
            "securityGroupIds": [],
            "vpcId": "vpc-0123456789abcdef0",
            "endpointPublicAccess": public_,
            "endpointPrivateAccess": True,
            "publicAccessCidrs": list(cidrs),
        },
        "logging": logging("audit"),
        "status": "ACTIVE",
        "tags": {},
    }
    return Thing("aws.eks.cluster", kept(config, said, unread, without), says, HERE, unread)


NETWORK = "resourcesVpcConfig"
CLUSTERS = (
    cluster(1, {WORLD: FAIL, AUDIT: FAIL}, True, "0.0.0.0/0", logging=logging()),
    cluster(2, {WORLD: FAIL}, True, "203.0.113.0/24", "0.0.0.0/0", "::/0"),
    cluster(3, {WORLD: FAIL}, True, "0.0.0.0/1", "128.0.0.0/1"),
    cluster(4, {WORLD: FAIL, AUDIT: PASS}, True, "::/0", logging=logging(*KINDS)),
    cluster(5, {WORLD: PASS, AUDIT: PASS}, False, "0.0.0.0/0"),
    cluster(6, {WORLD: PASS}, True, "203.0.113.0/24", "198.51.100.7/32"),
    cluster(7, {WORLD: PASS, AUDIT: FAIL}, False, logging=logging("api", "authenticator")),
    cluster(
        8,
        {AUDIT: FAIL},
        False,
        logging={"clusterLogging": [{"types": ["audit"], "enabled": False}]},
    ),
    cluster(9, {AUDIT: PASS}, False, logging=logging("api", "audit", "authenticator")),
    cluster(10, {WORLD: UNKNOWN, AUDIT: UNKNOWN}, None, without=[NETWORK, "logging"]),
    cluster(
        11, {WORLD: UNKNOWN, AUDIT: UNKNOWN}, None, unread={NETWORK: DENIED, "logging": DENIED}
    ),
    cluster(12, {WORLD: UNKNOWN, AUDIT: UNKNOWN}, None, resourcesVpcConfig=None, logging=None),
    cluster(13, {WORLD: UNKNOWN, AUDIT: PASS}, None, "0.0.0.0/0"),
)

PULL, SCAN = "ecr-repository-public", "ecr-without-scanning"


def repository(number: int, says: Labels, **said: Any) -> Thing:
    unread, without = said.pop("unread", {}), said.pop("without", ())
    config: dict[str, Any] = {
        "repositoryArn": f"arn:aws:ecr:{HERE}:{ACCOUNT}:repository/shop/{number}",
        "registryId": ACCOUNT,
        "repositoryName": f"shop/{number}",
        "repositoryUri": f"{ACCOUNT}.dkr.ecr.{HERE}.amazonaws.com/shop/{number}",
        "createdAt": "2025-01-01T00:00:00Z",
        "imageTagMutability": "MUTABLE",
        "imageScanningConfiguration": {"scanOnPush": True},
        "encryptionConfiguration": {"encryptionType": "AES256"},
        "Policy": None,
    }
    return Thing("aws.ecr.repository", kept(config, said, unread, without), says, HERE, unread)


def images(policy_: str) -> str:
    """Write the policy as it stands on a repository: without a resource."""
    said = json.loads(policy_)
    found = said["Statement"] if isinstance(said["Statement"], list) else [said["Statement"]]
    for each in found:
        del each["Resource"]
    return json.dumps(said)


PULLS = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
SCANS = "imageScanningConfiguration"
REPOSITORIES = (
    *(
        repository(at, {SCAN: FAIL, PULL: PASS}, imageScanningConfiguration={"scanOnPush": False})
        for at in range(3)
    ),
    *(
        repository(10 + at, {SCAN: PASS, PULL: PASS}, imageTagMutability=each)
        for at, each in enumerate(("MUTABLE", "IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION"))
    ),
    repository(20, {SCAN: UNKNOWN, PULL: UNKNOWN}, unread={SCANS: DENIED, "Policy": DENIED}),
    repository(21, {SCAN: UNKNOWN}, without=[SCANS]),
    repository(22, {SCAN: UNKNOWN}, imageScanningConfiguration=None),
    repository(23, {PULL: UNKNOWN, SCAN: PASS}, unread={"Policy": THROTTLED}),
    *(
        repository(100 + at, {PULL: FAIL}, Policy=images(each))
        for at, each in enumerate(public(*PULLS).values())
    ),
    *(
        repository(200 + at, {PULL: PASS}, Policy=images(each))
        for at, each in enumerate(private(*PULLS).values())
    ),
    *(repository(300 + at, {PULL: UNKNOWN}, Policy=e) for at, e in enumerate(BROKEN.values())),
)


def logs(number: int, label: Verdict, **said: Any) -> Thing:
    unread = said.pop("unread", {})
    config: dict[str, Any] = {
        "logGroupName": f"/aws/lambda/thumbs-{number}",
        "creationTime": 1735689600000,
        "metricFilterCount": 0,
        "arn": f"arn:aws:logs:{HERE}:{ACCOUNT}:log-group:/aws/lambda/thumbs-{number}:*",
        "storedBytes": 12,
        "logGroupClass": "STANDARD",
    }
    says = {"logs-group-kept-too-short": label}
    return Thing("aws.logs.group", config | said, says, HERE, unread)


LOGS = (
    *(logs(days, FAIL, retentionInDays=days) for days in (1, 7, 30, 60)),
    *(logs(days, PASS, retentionInDays=days) for days in (120, 365, 3653)),
    # Nothing is said of what is kept for ever.
    logs(9001, PASS),
    logs(9002, UNKNOWN, unread={"retentionInDays": DENIED}),
    logs(9003, UNKNOWN, unread={"retentionInDays": THROTTLED}),
    logs(9004, UNKNOWN, unread={"retentionInDays": "unreadable: half an answer"}),
)

SEARCH, PLAIN = "opensearch-public", "opensearch-not-encrypted"


def domain(number: int, says: Labels, access: Any, **said: Any) -> Thing:
    unread, without = said.pop("unread", {}), said.pop("without", ())
    config: dict[str, Any] = {
        "DomainId": f"{ACCOUNT}/search-{number}",
        "DomainName": f"search-{number}",
        "ARN": f"arn:aws:es:{HERE}:{ACCOUNT}:domain/search-{number}",
        "Created": True,
        "Deleted": False,
        "Endpoint": f"search-search-{number}-abcdefghijklmnop.{HERE}.es.amazonaws.com",
        "EngineVersion": "OpenSearch_2.19",
        "AccessPolicies": access,
        "EncryptionAtRestOptions": {"Enabled": True},
        "NodeToNodeEncryptionOptions": {"Enabled": True},
        "AdvancedSecurityOptions": {"Enabled": False, "InternalUserDatabaseEnabled": False},
    }
    return Thing("aws.opensearch.domain", kept(config, said, unread, without), says, HERE, unread)


ASKED = {"Enabled": True, "InternalUserDatabaseEnabled": True, "AnonymousAuthEnabled": False}
ANYBODY = policy(allow({"AWS": "*"}, "es:*"))
INSIDE = {"VPCId": "vpc-0123456789abcdef0", "SubnetIds": ["subnet-1"], "SecurityGroupIds": []}
DOMAINS = (
    domain(1, {PLAIN: FAIL, SEARCH: FAIL}, ANYBODY, EncryptionAtRestOptions={"Enabled": False}),
    domain(2, {PLAIN: FAIL}, None, EncryptionAtRestOptions={"Enabled": False}, VPCOptions=INSIDE),
    domain(
        3,
        {PLAIN: FAIL, SEARCH: PASS},
        policy(allow(root(), "es:*")),
        EncryptionAtRestOptions={"Enabled": False},
        EngineVersion="Elasticsearch_5.6",
    ),
    domain(4, {PLAIN: PASS, SEARCH: PASS}, policy(allow(root(), "es:*"))),
    domain(5, {PLAIN: PASS}, "", EncryptionAtRestOptions={"Enabled": True, "KmsKeyId": "k"}),
    domain(6, {PLAIN: PASS}, ANYBODY, VPCOptions=INSIDE, Endpoints={"vpc": "vpc-search"}),
    # The policy lets everybody knock; its own users decide who comes in.
    domain(7, {SEARCH: PASS}, ANYBODY, AdvancedSecurityOptions=ASKED),
    domain(
        8,
        {SEARCH: FAIL},
        ANYBODY,
        AdvancedSecurityOptions=ASKED | {"AnonymousAuthEnabled": True},
    ),
    domain(
        9,
        {PLAIN: UNKNOWN, SEARCH: UNKNOWN},
        None,
        unread={"EncryptionAtRestOptions": DENIED, "AccessPolicies": DENIED},
    ),
    domain(10, {PLAIN: UNKNOWN}, "", without=["EncryptionAtRestOptions"]),
    domain(11, {PLAIN: UNKNOWN}, "", EncryptionAtRestOptions=None),
    *(
        domain(100 + at, {SEARCH: FAIL}, each)
        for at, each in enumerate(public("es:ESHttpGet", "es:ESHttpDelete").values())
    ),
    *(
        domain(200 + at, {SEARCH: PASS}, each)
        for at, each in enumerate(private("es:ESHttpGet").values())
    ),
    *(domain(300 + at, {SEARCH: UNKNOWN}, each) for at, each in enumerate(BROKEN.values())),
)

ACCOUNTS = (
    Account(
        ACCOUNT,
        ABOUT,
        (*FUNCTIONS, *FUNCTION_POLICIES, *TASKS, *CLUSTERS, *REPOSITORIES, *LOGS, *DOMAINS),
    ),
)
