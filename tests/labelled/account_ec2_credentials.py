"""Settings that every reader sees, with credentials in some of them.

The texts go in as AWS answers them; the connector keeps kind and place of what it sees in them.
"""

from base64 import b64encode
from typing import Any

from tests.labelled.labels import DENIED, FAIL, PASS, THROTTLED, UNKNOWN, Account, Thing, Verdict

HERE, ACCOUNT = "eu-west-1", "111122223333"
USER_DATA, TEMPLATE, CONTAINER, FUNCTION = (
    "ec2-user-data-holds-secrets",
    "ec2-launch-template-holds-secrets",
    "ecs-environment-holds-secrets",
    "lambda-environment-holds-secrets",
)
# Put together here, so that nobody takes this file for a leak.
KEY = "AKIA" + "Q3EGRIVTNX5M2ZKJ"
PRIVATE = "-----BEGIN RSA " + "PRIVATE KEY-----"
BAD = (
    f"#!/bin/sh\nexport AWS_ACCESS_KEY_ID={KEY}\n",
    "#!/bin/bash\nset -e\nDB_PASSWORD=tr0ub4dor-and-3-more\n/opt/app/start\n",
    f"#cloud-config\nwrite_files:\n- content: |\n    {PRIVATE}\n    MIIEpAIBAAKCAQEA7\n",
)
GOOD = (
    "#!/bin/bash\nyum update -y\n",
    "#!/bin/sh\n/opt/aws/bin/cfn-init --stack shop --region eu-west-1\n",
    "#cloud-config\npackages: [nginx]\n",
)
BAD_NAMES = (
    {"AWS_ACCESS_KEY_ID": KEY},
    {"STAGE": "live", "DB_PASSWORD": "tr0ub4dor-and-3-more"},
    {"SIGNING": f"{PRIVATE}\nMIIEpAIBAAKCAQEA7"},
)
GOOD_NAMES: tuple[dict[str, str], ...] = (
    {"STAGE": "live", "LOG_LEVEL": "info"},
    {"DB_SECRET_ARN": f"arn:aws:secretsmanager:{HERE}:{ACCOUNT}:secret:shop-AbCdEf"},
    {"TABLE": "orders", "TIMEOUT_SECONDS": "30"},
)


def coded(text: str) -> str:
    return b64encode(text.encode()).decode()


def instance(number: int, label: Verdict, said: Any, **unread: str) -> Thing:
    config = {"InstanceId": f"i-0{number:016x}", "State": {"Code": 16, "Name": "running"}}
    held = {} if unread else {"UserData": said}
    return Thing("aws.ec2.instance", config | held, {USER_DATA: label}, HERE, unread)


def template(number: int, label: Verdict, said: Any, **unread: str) -> Thing:
    config = {"LaunchTemplateId": f"lt-0{number:016x}", "LaunchTemplateName": "workers"}
    held = {} if unread else {"Default": {"ImageId": "ami-0123456789abcdef0"} | said}
    return Thing("aws.ec2.launch_template", config | held, {TEMPLATE: label}, HERE, unread)


def task(number: int, label: Verdict, *said: dict[str, str], **unread: str) -> Thing:
    config = {"family": f"shop-{number}", "revision": 7}
    containers = [
        {
            "name": "c",
            "image": "nginx",
            "environment": [{"name": k, "value": each[k]} for k in each],
        }
        for each in said
    ]
    held = {} if unread else {"containerDefinitions": containers}
    return Thing("aws.ecs.task_definition", config | held, {CONTAINER: label}, HERE, unread)


def function(number: int, label: Verdict, said: Any, **unread: str) -> Thing:
    config = {"FunctionName": f"thumbs-{number}", "Runtime": "python3.13", "PackageType": "Zip"}
    held = {} if unread else {"Environment": said}
    return Thing("aws.lambda.function", config | held, {FUNCTION: label}, HERE, unread)


# What Lambda answers to whoever may not use the key of the variables.
SEALED = {
    "Error": {"ErrorCode": "AccessDeniedException", "Message": "Lambda was unable to decrypt"}
}
THINGS = (
    *(instance(at, FAIL, coded(each)) for at, each in enumerate(BAD)),
    *(instance(10 + at, PASS, coded(each)) for at, each in enumerate(GOOD)),
    instance(20, PASS, None),
    instance(21, UNKNOWN, None, UserData=DENIED),
    instance(22, UNKNOWN, None, UserData=THROTTLED),
    instance(23, UNKNOWN, None, UserData="unreadable: half an answer"),
    *(template(at, FAIL, {"UserData": coded(each)}) for at, each in enumerate(BAD)),
    *(template(10 + at, PASS, {"UserData": coded(each)}) for at, each in enumerate(GOOD)),
    template(20, PASS, {}),
    template(21, UNKNOWN, None, Default=DENIED),
    template(22, UNKNOWN, None, Default=THROTTLED),
    template(23, UNKNOWN, None, Default="unreadable: half an answer"),
    *(task(at, FAIL, {}, each) for at, each in enumerate(BAD_NAMES)),
    *(task(10 + at, PASS, each, {}) for at, each in enumerate(GOOD_NAMES)),
    task(21, UNKNOWN, containerDefinitions=DENIED),
    task(22, UNKNOWN, containerDefinitions=THROTTLED),
    task(23, UNKNOWN, containerDefinitions="unreadable: half an answer"),
    *(function(at, FAIL, {"Variables": each}) for at, each in enumerate(BAD_NAMES)),
    *(function(10 + at, PASS, {"Variables": each}) for at, each in enumerate(GOOD_NAMES)),
    function(21, UNKNOWN, None, Environment=DENIED),
    function(22, UNKNOWN, None, Environment=THROTTLED),
    function(23, UNKNOWN, SEALED),
)
ABOUT = (USER_DATA, TEMPLATE, CONTAINER, FUNCTION)
ACCOUNTS = (Account(ACCOUNT, ABOUT, THINGS),)
