"""Machines, the templates they are made from, and their metadata service.

What is not set at launch is the account's in the region, and then the image's:
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html
"""

from typing import Any

from tests.labelled.labels import DENIED, FAIL, PASS, THROTTLED, UNKNOWN, Account, Thing, Verdict

MACHINE = "ec2-instance-metadata-without-token"
TEMPLATE = "ec2-launch-template-metadata-without-token"
ABOUT = ("ec2-instance-metadata", "ec2-launch-template")
HERE, STRICT, DARK = "eu-west-1", "eu-central-1", "us-east-1"
Options = dict[str, Any]


def options(tokens: str, endpoint: str = "enabled", **more: Any) -> Options:
    return {
        "State": "applied",
        "HttpTokens": tokens,
        "HttpPutResponseHopLimit": 1,
        "HttpEndpoint": endpoint,
        "HttpProtocolIpv6": "disabled",
        "InstanceMetadataTags": "disabled",
    } | more


def machine(number: int, label: Verdict, said: Options | None, **more: Any) -> Thing:
    unread = more.pop("unread", {})
    config: dict[str, Any] = {
        "InstanceId": f"i-0{number:016x}",
        "ImageId": "ami-0123456789abcdef0",
        "InstanceType": "t3.micro",
        "LaunchTime": "2026-05-02T09:12:00Z",
        "Placement": {"AvailabilityZone": "eu-west-1a", "Tenancy": "default"},
        "PrivateIpAddress": "10.0.1.12",
        "State": {"Code": 16, "Name": "running"},
        "SubnetId": "subnet-0123456789abcdef0",
        "VpcId": "vpc-0123456789abcdef0",
        "Architecture": "x86_64",
        "BlockDeviceMappings": [],
        "EbsOptimized": True,
        "NetworkInterfaces": [],
        "SecurityGroups": [],
        "Tags": [{"Key": "Name", "Value": f"web-{number}"}],
        "UserData": None,
    }
    config |= {"MetadataOptions": said} if said is not None else {}
    return Thing("aws.ec2.instance", config | more, {MACHINE: label}, HERE, unread)


ROLE = {"Arn": "arn:aws:iam::111122223333:instance-profile/web", "Id": "AIPAEXAMPLE"}
MACHINES = (
    machine(1, FAIL, options("optional"), IamInstanceProfile=ROLE),
    machine(2, FAIL, options("optional", HttpPutResponseHopLimit=2)),
    machine(3, FAIL, options("optional"), State={"Code": 80, "Name": "stopped"}),
    machine(4, FAIL, options("optional", State="pending"), UserData="IyEvYmluL3NoCg=="),
    machine(11, PASS, options("required"), IamInstanceProfile=ROLE),
    machine(12, PASS, options("required", HttpPutResponseHopLimit=64)),
    machine(13, PASS, options("required", HttpProtocolIpv6="enabled"), Platform="windows"),
    # There is no service to ask.
    machine(14, PASS, options("optional", "disabled")),
    machine(21, UNKNOWN, None),
    machine(22, UNKNOWN, None, unread={"MetadataOptions": DENIED}),
    machine(23, UNKNOWN, None, MetadataOptions=None),
    machine(24, UNKNOWN, {"State": "applied", "HttpEndpoint": "enabled"}),
)


def template(number: int, label: Verdict, said: Any, region: str = HERE, **more: Any) -> Thing:
    unread = more.pop("unread", {})
    config: dict[str, Any] = {
        "LaunchTemplateId": f"lt-0{number:016x}",
        "LaunchTemplateName": f"workers-{number}",
        "CreateTime": "2026-01-05T10:00:00Z",
        "CreatedBy": "arn:aws:iam::111122223333:user/ana",
        "DefaultVersionNumber": 3,
        "LatestVersionNumber": 4,
        "Tags": [],
        "Operator": {"Managed": False},
    }
    if not unread:
        config["Default"] = (
            None if said is None else {"ImageId": "ami-0123456789abcdef0", "KeyName": "k"} | said
        )
    return Thing("aws.ec2.launch_template", config | more, {TEMPLATE: label}, region, unread)


def tokens(**said: str) -> Options:
    return {"MetadataOptions": said}


def region(name: str, **said: Any) -> Thing:
    unread = said.pop("unread", {})
    config: dict[str, Any] = {"Region": name, "EbsEncryptionByDefault": True}
    return Thing("aws.region", config | said, {}, name, unread)


def image(number: int, **said: Any) -> Thing:
    config: dict[str, Any] = {
        "ImageId": f"ami-0{number:016x}",
        "Name": f"golden-{number}",
        "OwnerId": "111122223333",
        "Public": False,
        "State": "available",
        "BlockDeviceMappings": [],
        "LaunchPermissions": [],
    }
    return Thing("aws.ec2.image", config | said, {}, HERE)


OURS = {"ImageId": "ami-00000000000000001"}
NEW = {"ImageId": "ami-00000000000000002"}
TEMPLATES = (
    region(HERE, InstanceMetadataDefaults={}),
    region(STRICT, InstanceMetadataDefaults={"HttpTokens": "required"}),
    region(DARK, unread={"InstanceMetadataDefaults": DENIED}),
    image(1),
    image(2, ImdsSupport="v2.0"),
    template(1, FAIL, tokens(HttpTokens="optional")),
    template(2, FAIL, tokens(HttpTokens="optional", HttpEndpoint="enabled")),
    # Said for one, it goes before what the account says.
    template(3, FAIL, tokens(HttpTokens="optional"), STRICT),
    # Nobody says anything: tokens are optional.
    template(4, FAIL, OURS),
    template(5, FAIL, OURS | tokens(HttpEndpoint="enabled", InstanceMetadataTags="enabled")),
    template(11, PASS, tokens(HttpTokens="required")),
    template(12, PASS, tokens(HttpTokens="required", HttpEndpoint="enabled")),
    template(13, PASS, tokens(HttpTokens="optional", HttpEndpoint="disabled")),
    template(14, PASS, {}, STRICT),
    template(15, PASS, tokens(HttpEndpoint="enabled"), STRICT),
    template(16, PASS, tokens(HttpEndpoint="disabled")),
    # An image of today asks for tokens by itself.
    template(17, PASS, NEW),
    template(18, PASS, tokens(HttpTokens="required"), DARK),
    template(21, UNKNOWN, None, unread={"Default": DENIED}),
    template(22, UNKNOWN, None, unread={"Default": THROTTLED}),
    # What the account says is not known, and the template says nothing.
    template(23, UNKNOWN, {}, DARK),
    template(24, UNKNOWN, tokens(HttpEndpoint="enabled"), DARK),
    template(25, UNKNOWN, None),
)

ACCOUNTS = (
    Account("111122223333", ABOUT, MACHINES),
    Account("222233334444", ABOUT, TEMPLATES),
)
