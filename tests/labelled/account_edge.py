"""What faces the internet: load balancers, certificates, distributions.

Which policies speak TLS 1.0 or 1.1: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
"""

from typing import Any

from tests.labelled.labels import (
    DENIED,
    FAIL,
    NA,
    PASS,
    THROTTLED,
    UNKNOWN,
    Account,
    Hole,
    Labels,
    Thing,
    Verdict,
)

HERE, DARK = "eu-west-1", "us-east-1"
ABOUT = ("elb-", "acm-", "cloudfront-")
TLS, HTTP, LOGGED = "elb-listener-old-tls", "elb-listener-without-tls", "elb-without-access-logs"


def balancer_arn(number: int, region: str = HERE, kind: str = "app") -> str:
    owner = f"arn:aws:elasticloadbalancing:{region}:111122223333"
    return f"{owner}:loadbalancer/{kind}/shop-{number}/0123456789abcdef"


def balancer(number: int, says: Labels, logs: str | None = "true", **said: Any) -> Thing:
    unread = said.pop("unread", {})
    kind = said.get("Type", "application")
    config: dict[str, Any] = {
        "LoadBalancerArn": balancer_arn(number, kind=SHORT[kind]),
        "DNSName": f"shop-{number}-1234567890.eu-west-1.elb.amazonaws.com",
        "CreatedTime": "2025-01-01T00:00:00Z",
        "LoadBalancerName": f"shop-{number}",
        "Scheme": "internet-facing",
        "VpcId": "vpc-0123456789abcdef0",
        "State": {"Code": "active"},
        "Type": kind,
        "AvailabilityZones": [],
        "SecurityGroups": [],
        "IpAddressType": "ipv4",
    } | said
    if logs is not None and not unread:
        config["Attributes"] = [
            {"Key": "deletion_protection.enabled", "Value": "false"},
            {"Key": "access_logs.s3.enabled", "Value": logs},
            {"Key": "access_logs.s3.bucket", "Value": "example-logs" if logs == "true" else ""},
            {"Key": "idle_timeout.timeout_seconds", "Value": "60"},
        ]
    return Thing("aws.elb.load_balancer", config, says, HERE, unread, {})


SHORT = {"application": "app", "network": "net", "gateway": "gwy"}
INNER, OUTER, NET = 5, 1, 3
BALANCERS = (
    balancer(OUTER, {LOGGED: FAIL}, "false"),
    balancer(2, {LOGGED: FAIL}, "false", IpAddressType="dualstack"),
    balancer(NET, {LOGGED: FAIL}, "false", Type="network"),
    balancer(INNER, {}, "false", Scheme="internal"),
    balancer(6, {}, None, Type="gateway", Attributes=[]),
    balancer(11, {LOGGED: PASS}),
    balancer(12, {LOGGED: PASS}, Type="network"),
    balancer(13, {LOGGED: PASS}, IpAddressType="dualstack"),
    balancer(21, {LOGGED: UNKNOWN}, unread={"Attributes": DENIED}),
    balancer(22, {LOGGED: UNKNOWN}, unread={"Attributes": THROTTLED}),
    balancer(23, {LOGGED: UNKNOWN}, None),
    balancer(24, {LOGGED: UNKNOWN}, None, Attributes=None),
)
FORWARD = [{"Type": "forward", "TargetGroupArn": "arn:aws:elasticloadbalancing:x", "Order": 1}]


def redirect(protocol: str, port: str = "443") -> list[dict[str, Any]]:
    where = {"Host": "#{host}", "Path": "/#{path}", "Query": "#{query}"}
    to = {"Protocol": protocol, "Port": port, "StatusCode": "HTTP_301"} | where
    return [{"Type": "redirect", "Order": 1, "RedirectConfig": to}]


def listener(number: int, says: Labels, at: int = OUTER, region: str = HERE, **said: Any) -> Thing:
    unread, kind = said.pop("unread", {}), said.pop("kind", "app")
    of = balancer_arn(at, region, kind)
    config: dict[str, Any] = {
        "ListenerArn": of.replace(":loadbalancer/", ":listener/") + f"/{number:016x}",
        "LoadBalancerArn": of,
        "Port": 443,
        "Protocol": "HTTPS",
        "Certificates": [],
        "DefaultActions": FORWARD,
    } | said
    config = {name: value for name, value in config.items() if name not in unread}
    return Thing("aws.elb.listener", config, says, region, unread)


PLAIN: dict[str, Any] = {"Protocol": "HTTP", "Port": 80}
LISTENERS = (
    listener(1, {HTTP: FAIL, TLS: NA}, **PLAIN),
    listener(2, {HTTP: FAIL}, **PLAIN, DefaultActions=redirect("HTTP", "8080")),
    listener(3, {HTTP: FAIL}, at=2, Protocol="HTTP", Port=8080),
    # To the same protocol as one came by.
    listener(4, {HTTP: FAIL}, at=2, **PLAIN, DefaultActions=redirect("#{protocol}")),
    listener(11, {HTTP: PASS}, **PLAIN, DefaultActions=redirect("HTTPS")),
    listener(12, {HTTP: PASS}, at=2, **PLAIN, DefaultActions=redirect("HTTPS", "8443")),
    listener(13, {HTTP: PASS}, at=11, **PLAIN, DefaultActions=redirect("HTTPS", "#{port}")),
    # Inside, or not HTTP.
    listener(14, {}, at=INNER, **PLAIN),
    listener(15, {TLS: NA}, at=NET, kind="net", Protocol="TCP", Port=443),
    listener(21, {HTTP: UNKNOWN}, **PLAIN, unread={"DefaultActions": DENIED}),
    # Nobody knows whether it faces the internet.
    listener(22, {HTTP: UNKNOWN, TLS: NA}, region=DARK, **PLAIN),
    listener(23, {HTTP: UNKNOWN}, region=DARK, Protocol="HTTP", Port=8080),
    listener(24, {HTTP: UNKNOWN}, at=77, **PLAIN),
)
OLD = (
    "ELBSecurityPolicy-2016-08",
    "ELBSecurityPolicy-2015-05",
    "ELBSecurityPolicy-TLS-1-0-2015-04",
    "ELBSecurityPolicy-TLS-1-1-2017-01",
    "ELBSecurityPolicy-FS-2018-06",
    "ELBSecurityPolicy-FS-1-1-2019-08",
    "ELBSecurityPolicy-TLS13-1-0-2021-06",
    "ELBSecurityPolicy-TLS13-1-1-2021-06",
    "ELBSecurityPolicy-TLS13-1-0-FIPS-2023-04",
    "ELBSecurityPolicy-TLS13-1-1-FIPS-2023-04",
)
NEW = (
    "ELBSecurityPolicy-TLS-1-2-2017-01",
    "ELBSecurityPolicy-TLS-1-2-Ext-2018-06",
    "ELBSecurityPolicy-FS-1-2-2019-08",
    "ELBSecurityPolicy-FS-1-2-Res-2019-08",
    "ELBSecurityPolicy-FS-1-2-Res-2020-10",
    "ELBSecurityPolicy-TLS13-1-2-2021-06",
    "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
    "ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06",
    "ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06",
    "ELBSecurityPolicy-TLS13-1-3-2021-06",
    "ELBSecurityPolicy-TLS13-1-2-FIPS-2023-04",
    "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
)
POLICIES = (
    *(listener(100 + at, {TLS: FAIL}, SslPolicy=each) for at, each in enumerate(OLD)),
    *(listener(200 + at, {TLS: PASS}, SslPolicy=each) for at, each in enumerate(NEW)),
    listener(300, {TLS: FAIL}, at=NET, kind="net", Protocol="TLS", SslPolicy=OLD[0]),
    listener(301, {TLS: PASS}, at=NET, kind="net", Protocol="TLS", SslPolicy=NEW[5]),
    listener(302, {TLS: UNKNOWN}),
    listener(303, {TLS: UNKNOWN}, unread={"SslPolicy": DENIED}),
    listener(304, {TLS: UNKNOWN}, at=NET, kind="net", Protocol="TLS", unread={"SslPolicy": "?"}),
    listener(305, {TLS: UNKNOWN}, SslPolicy=None),
)


def certificate(number: int, label: Verdict | None, ends: Any, **said: Any) -> Thing:
    unread, without = said.pop("unread", {}), said.pop("without", ())
    config: dict[str, Any] = {
        "CertificateArn": f"arn:aws:acm:{HERE}:111122223333:certificate/{number:08x}-1-2-3-4",
        "DomainName": f"shop{number}.example.com",
        "SubjectAlternativeNameSummaries": [f"shop{number}.example.com"],
        "Status": "ISSUED",
        "Type": "IMPORTED",
        "KeyAlgorithm": "EC-prime256v1",
        "InUse": True,
        "RenewalEligibility": "INELIGIBLE",
        "NotBefore": "2025-06-10T00:00:00Z",
        "NotAfter": ends,
        "CreatedAt": "2025-06-10T00:00:00Z",
    } | said
    config = {name: value for name, value in config.items() if name not in {*unread, *without}}
    says = {} if label is None else {"acm-certificate-ends": label}
    return Thing("aws.acm.certificate", config, says, HERE, unread, {})


CERTIFICATES = (
    certificate(1, FAIL, "2026-06-10T23:59:59Z"),
    certificate(2, FAIL, "2026-06-14T00:00:00Z", Type="AMAZON_ISSUED"),
    certificate(3, FAIL, "2026-06-01T06:00:00+00:00"),
    # It ended yesterday, and is still what visitors see.
    certificate(4, FAIL, "2026-05-31T00:00:00Z", Status="EXPIRED"),
    certificate(11, PASS, "2026-06-16T00:00:00Z"),
    certificate(12, PASS, "2027-03-01T00:00:00Z", Type="AMAZON_ISSUED"),
    certificate(13, PASS, "2026-09-01T12:00:00Z", InUse=False),
    # Not issued yet, or never: there is no end.
    certificate(14, NA, None, Status="PENDING_VALIDATION", without=["NotAfter", "NotBefore"]),
    certificate(15, NA, None, Status="VALIDATION_TIMED_OUT", without=["NotAfter"]),
    certificate(21, UNKNOWN, None, without=["NotAfter"]),
    certificate(22, UNKNOWN, "soon"),
    certificate(23, UNKNOWN, None, unread={"Status": DENIED, "NotAfter": DENIED}),
    certificate(24, UNKNOWN, None),
)


def distribution(number: int, label: Verdict, default: Any, *others: Any, **said: Any) -> Thing:
    unread = said.pop("unread", {})
    items = [{"PathPattern": f"/{at}/*", "ViewerProtocolPolicy": e} for at, e in enumerate(others)]
    config: dict[str, Any] = {
        "Id": f"E2EXAMPLE{number:04d}",
        "ARN": f"arn:aws:cloudfront::111122223333:distribution/E2EXAMPLE{number:04d}",
        "Status": "Deployed",
        "DomainName": f"d{number}abcdefghijk.cloudfront.net",
        "Aliases": {"Quantity": 0},
        "Origins": {"Quantity": 1, "Items": [{"Id": "o", "DomainName": "shop.example.com"}]},
        "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": default},
        "CacheBehaviors": {"Quantity": len(items)} | ({"Items": items} if items else {}),
        "Enabled": True,
        "ViewerCertificate": {"CloudFrontDefaultCertificate": True},
        "WebACLId": "",
        "Logging": {"Enabled": False},
    } | said
    config = {name: value for name, value in config.items() if name not in unread}
    says = {"cloudfront-takes-http": label}
    return Thing("aws.cloudfront.distribution", config, says, "", unread, {})


BOTH, TURNED, ONLY = "allow-all", "redirect-to-https", "https-only"
DISTRIBUTIONS = (
    distribution(1, FAIL, BOTH),
    distribution(2, FAIL, TURNED, ONLY, BOTH),
    distribution(3, FAIL, BOTH, TURNED),
    distribution(4, FAIL, BOTH, unread={"CacheBehaviors": DENIED}),
    distribution(11, PASS, TURNED),
    distribution(12, PASS, ONLY, TURNED, ONLY),
    distribution(13, PASS, ONLY, Logging=None, Aliases={"Quantity": 1, "Items": ["example.com"]}),
    distribution(21, UNKNOWN, None),
    distribution(22, UNKNOWN, TURNED, unread={"DefaultCacheBehavior": DENIED}),
    distribution(23, UNKNOWN, TURNED, unread={"CacheBehaviors": THROTTLED}),
    distribution(24, UNKNOWN, TURNED, DefaultCacheBehavior=None),
)

ACCOUNTS = (
    Account(
        "111122223333",
        ABOUT,
        (*BALANCERS, *LISTENERS, *POLICIES, *CERTIFICATES, *DISTRIBUTIONS),
        (Hole("aws.elb.load_balancer", DARK),),
    ),
)
