"""The functions conditions of signatures may call, beside CEL's own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from cel_expr_python import cel

from fireline.core.detection.signatures import (
    buckets,
    exposure,
    moments,
    networks,
    policies,
    ranges,
    secrets,
    trails,
    trusts,
)
from fireline.core.detection.signatures.lending import lent
from fireline.core.detection.signatures.telling import CannotTell

_T = cel.Type
_TEXT, _NUMBER, _TRUTH, _MOMENT = _T.STRING, _T.INT, _T.BOOL, _T.TIMESTAMP
_LIST, _MAP, _NULL = _T.List(_T.DYN), _T.Map(_T.STRING, _T.DYN), _T.NULL
_TEXTS = _T.List(_T.STRING)
_VALUES = (_TEXT, _NUMBER, _T.DOUBLE, _TRUTH, _LIST, _MAP, _NULL)

# What may stand for a parameter. CEL finds a function by the kinds of what is given, so every kind
# is named; a list or a policy that is null counts as none.
Kinds = tuple[cel.Type, ...]
LIST: Kinds = (_LIST,)
MAYBE_LIST: Kinds = (_LIST, _NULL)
MAP: Kinds = (_MAP,)
MAYBE_MAP: Kinds = (_MAP, _NULL)
POLICY: Kinds = (_TEXT, _MAP, _NULL)
TEXT: Kinds = (_TEXT,)
NUMBER: Kinds = (_NUMBER,)
WHEN: Kinds = (_TEXT, _MOMENT)
NOW: Kinds = (_MOMENT,)
ANY: Kinds = _VALUES


@dataclass(frozen=True, slots=True)
class Function:
    """A function of signatures: its ways to be called, and an example with its answer."""

    name: str
    answers: cel.Type
    by: Callable[..., object]
    ways: tuple[tuple[Kinds, ...], ...]
    group: str
    example: str
    gives: object
    asks: tuple[str, ...] = ()
    """The kinds of related assets it looks for in `related`."""

    @property
    def says(self) -> str:
        """What it promises, from its docstring."""
        return self.by.__doc__ or ""


_NET, _POL, _S3, _ANY = "Networks", "Policies", "Buckets", "Everything"
_OUT, _SECRET, _TRAIL, _ALARM = "Exposure", "Secrets", "Trails", "Alarms"
_ASKS = {
    _NET: (networks.PREFIX_LISTS,),
    _S3: (buckets.POINTS,),
    _OUT: exposure.ASKS,
    _TRAIL: (trails.TRAILS,),
    _ALARM: (trails.TRAILS, trails.FILTERS, trails.ALARMS),
}


def _function(
    by: Callable[..., object],
    answers: cel.Type,
    *ways: tuple[Kinds, ...],
    group: str,
    example: tuple[str, object],
) -> Function:
    return Function(by.__name__, answers, by, ways, group, *example, _ASKS.get(group, ()))


_SSH = (
    '[{"IpProtocol": "tcp", "FromPort": 20, "ToPort": 30, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]'
)
_ACL = (
    '[{"RuleNumber": 100, "Protocol": "-1", "RuleAction": "allow", "Egress": false,'
    ' "CidrBlock": "0.0.0.0/0"}]'
)
_SG = (MAYBE_LIST,)
_PORT: tuple[Kinds, ...] = (MAYBE_LIST, NUMBER)
_ANYONE = '\'{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}]}\''
_STRANGER = (
    '\'{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "*"}]}\''
)
_LENT = (
    '\'{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "111122223333"},'
    ' "Action": "sts:AssumeRole"}]}\''
)
_ADMIN = '\'{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}\''
_PASSES = (
    '\'{"Statement": [{"Effect": "Allow", "Action": ["iam:PassRole", "ec2:*"], "Resource": "*"}]}\''
)
_TRUST = (
    '\'{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"},'
    ' "Action": "sts:AssumeRole"}]}\''
)
_GITHUB = (
    '\'{"Statement": [{"Effect": "Allow", "Principal": {"Federated":'
    ' "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},'
    ' "Action": "sts:AssumeRoleWithWebIdentity"}]}\''
)
_TLS = (
    '\'{"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*",'
    ' "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}\''
)
_OPEN = (
    '{"Policy": null, "Ownership": null, "PublicAccessBlock": null,'
    ' "Acl": {"Grants": [{"Permission": "READ", "Grantee":'
    ' {"URI": "http://acs.amazonaws.com/groups/global/AllUsers"}}]}},'
    ' {"PublicAccessBlock": null}'
)
_INTERFACE = (
    '{"SubnetId": "subnet-1", "Association": {"PublicIp": "198.51.100.7"},'
    ' "Groups": [{"GroupId": "sg-1"}]},'
    ' {"ec2.security_group": [{"id": "sg-1", "config": {"IpPermissions": '
    + _SSH
    + '}}], "ec2.network_acl": [{"id": "acl-1", "config": {"Associations":'
    ' [{"SubnetId": "subnet-1"}], "Entries": '
    + _ACL
    + '}}], "ec2.route_table": [{"id": "rtb-1", "config": {"Associations":'
    ' [{"SubnetId": "subnet-1"}], "Routes":'
    ' [{"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"}]}}]}'
)
_BUCKET: tuple[Kinds, ...] = (MAP, MAP, MAP, MAP)
_RECORDED = (
    '{"cloudtrail.trail": [{"id": "main", "region": "eu-west-1", "account": "111122223333",'
    ' "unread": {}, "config": {"IsMultiRegionTrail": true, "Status": {"IsLogging": true},'
    ' "Selectors": {"AdvancedEventSelectors": [{"FieldSelectors":'
    ' [{"Field": "eventCategory", "Equals": ["Management"]}]}]}}}]}, {}'
)

FUNCTIONS: tuple[Function, ...] = (
    _function(
        networks.world_reaches,
        _TRUTH,
        _PORT,
        (*_PORT, TEXT),
        (*_PORT, TEXT, MAP),
        group=_NET,
        example=(f"world_reaches({_SSH}, 22)", True),
    ),
    _function(
        networks.world_reaches_some,
        _TRUTH,
        (MAYBE_LIST, LIST),
        (MAYBE_LIST, LIST, TEXT),
        (MAYBE_LIST, LIST, TEXT, MAP),
        group=_NET,
        example=(f"world_reaches_some({_SSH}, [3306, 5432])", False),
    ),
    _function(
        networks.world_reaches_anything,
        _TRUTH,
        _SG,
        (*_SG, MAP),
        group=_NET,
        example=(f"world_reaches_anything({_SSH})", True),
    ),
    _function(
        networks.world_reaches_everything,
        _TRUTH,
        _SG,
        (*_SG, MAP),
        group=_NET,
        example=(f"world_reaches_everything({_SSH})", False),
    ),
    _function(
        networks.world_ranges,
        _TEXTS,
        _PORT,
        (*_PORT, TEXT),
        (*_PORT, TEXT, MAP),
        group=_NET,
        example=(f"world_ranges({_SSH}, 22)", ["0.0.0.0/0"]),
    ),
    _function(
        networks.world_ports,
        _TEXTS,
        _SG,
        (*_SG, MAP),
        group=_NET,
        example=(f"world_ports({_SSH})", ["tcp 20-30"]),
    ),
    _function(
        ranges.is_world,
        _TRUTH,
        (MAYBE_LIST,),
        group=_NET,
        example=('is_world(["0.0.0.0/1", "128.0.0.0/1"])', True),
    ),
    _function(
        networks.acl_lets_world_reach,
        _TRUTH,
        _PORT,
        (*_PORT, TEXT),
        group=_NET,
        example=(
            f"acl_lets_world_reach({_ACL}, 22)",
            True,
        ),
    ),
    _function(
        policies.is_public,
        _TRUTH,
        (POLICY,),
        group=_POL,
        example=(f"is_public({_ANYONE})", True),
    ),
    _function(
        policies.is_public_for,
        _TRUTH,
        (POLICY, TEXT),
        group=_POL,
        example=(f'is_public_for({_ANYONE}, "s3:Put*")', False),
    ),
    _function(
        policies.public_statements,
        _LIST,
        (POLICY,),
        group=_POL,
        example=(f"public_statements({_ANYONE})[0].Actions", ["s3:GetObject"]),
    ),
    _function(
        policies.statements,
        _LIST,
        (POLICY,),
        group=_POL,
        example=(f"statements({_ANYONE})[0].Allows", True),
    ),
    _function(
        trusts.foreign_accounts,
        _TEXTS,
        (POLICY, TEXT),
        group=_POL,
        example=(f'foreign_accounts({_STRANGER}, "444455556666")', ["111122223333"]),
    ),
    _function(
        trusts.foreign_without_id,
        _TEXTS,
        (POLICY, TEXT),
        group=_POL,
        example=(f'foreign_without_id({_LENT}, "444455556666")', ["111122223333"]),
    ),
    _function(
        policies.allows,
        _TRUTH,
        (POLICY, TEXT),
        group=_POL,
        example=(f'allows({_PASSES}, "ec2:RunInstances")', True),
    ),
    _function(
        policies.allows_on_everything,
        _TRUTH,
        (POLICY, TEXT),
        group=_POL,
        example=(f'allows_on_everything({_PASSES}, "kms:Decrypt")', False),
    ),
    _function(
        policies.allows_everything,
        _TRUTH,
        (POLICY,),
        group=_POL,
        example=(f"allows_everything({_ADMIN})", True),
    ),
    _function(
        policies.escalations,
        _TEXTS,
        (LIST,),
        group=_POL,
        example=(f"escalations([{_PASSES}])", ["iam:PassRole + ec2:RunInstances"]),
    ),
    _function(
        trusts.trusts_anyone,
        _TRUTH,
        (POLICY,),
        group=_POL,
        example=(f"trusts_anyone({_TRUST})", True),
    ),
    _function(
        trusts.open_federation,
        _TEXTS,
        (POLICY,),
        group=_POL,
        example=(f"size(open_federation({_GITHUB}))", 1),
    ),
    _function(
        policies.denies_insecure_transport,
        _TRUTH,
        (POLICY,),
        group=_POL,
        example=(f"denies_insecure_transport({_TLS})", True),
    ),
    _function(
        buckets.bucket_is_public,
        _TRUTH,
        _BUCKET,
        group=_S3,
        example=(f'bucket_is_public({_OPEN}, {{"s3.access_point": []}}, {{}})', True),
    ),
    _function(
        buckets.bucket_ways_in,
        _TEXTS,
        _BUCKET,
        group=_S3,
        example=(
            f'bucket_ways_in({_OPEN}, {{"s3.access_point": []}}, {{}})',
            ["its ACL gives READ to everybody"],
        ),
    ),
    _function(
        buckets.bucket_block,
        _TRUTH,
        (MAP, MAP, MAP, TEXT),
        group=_S3,
        example=(f'bucket_block({_OPEN}, {{}}, "IgnorePublicAcls")', False),
    ),
    _function(
        exposure.is_exposed,
        _TRUTH,
        (MAP, MAP),
        group=_OUT,
        example=('is_exposed({"NetworkInterfaces": []}, {})', False),
    ),
    _function(
        exposure.exposed_on,
        _TRUTH,
        (MAP, MAP, NUMBER),
        group=_OUT,
        example=(f"exposed_on({_INTERFACE}, 22)", True),
    ),
    _function(
        exposure.exposed_ports,
        _TEXTS,
        (MAP, MAP),
        group=_OUT,
        example=(f"exposed_ports({_INTERFACE})", ["tcp 20-30"]),
    ),
    _function(
        secrets.secrets_in,
        _TEXTS,
        (ANY,),
        group=_SECRET,
        example=('secrets_in({"DB_PASSWORD": "correct horse"})', ["a password in DB_PASSWORD"]),
    ),
    _function(
        secrets.from_base64,
        _TEXT,
        ((_TEXT, _NULL),),
        group=_SECRET,
        example=('from_base64("IyEvYmluL3No")', "#!/bin/sh"),
    ),
    _function(
        trails.trail_records_everything,
        _TRUTH,
        (MAP, MAP),
        group=_TRAIL,
        example=(f"trail_records_everything({_RECORDED})", True),
    ),
    _function(
        trails.trail_records_objects,
        _TRUTH,
        (MAP, MAP, TEXT),
        group=_TRAIL,
        example=(f'trail_records_objects({_RECORDED}, "read")', False),
    ),
    _function(
        trails.alarm_rings,
        _TRUTH,
        (MAP, MAP, LIST),
        group=_ALARM,
        example=(f'alarm_rings({_RECORDED}, ["kms:DisableKey"])', False),
    ),
    _function(
        moments.older_than,
        _TRUTH,
        (WHEN, NUMBER, NOW),
        group=_ANY,
        example=('older_than("2026-01-01T00:00:00Z", 90, timestamp("2026-06-01T00:00:00Z"))', True),
    ),
    _function(
        moments.days_since,
        _NUMBER,
        (WHEN, NOW),
        group=_ANY,
        example=('days_since("2026-01-01T00:00:00Z", timestamp("2026-01-31T12:00:00Z"))', 30),
    ),
    _function(
        moments.at,
        _T.DYN,
        (MAYBE_MAP, TEXT),
        (MAYBE_MAP, TEXT, ANY),
        group=_ANY,
        example=('at({"Vpc": {"Id": null}}, "Vpc.Id", "none")', "none"),
    ),
    _function(
        moments.the_one,
        _T.DYN,
        (LIST, TEXT),
        group=_ANY,
        example=(
            'the_one([{"id": "sg-1", "config": {}}, {"id": "sg-2", "config": {}}], "sg-2")',
            {"id": "sg-2", "config": {}},
        ),
    ),
)


def declared() -> list[cel.FunctionDecl]:
    """Declare every function to CEL, each way to call it with each kind it takes."""
    return [cel.FunctionDecl(one.name, [*_overloads(one)]) for one in FUNCTIONS]


def _overloads(one: Function) -> Iterator[cel.Overload]:
    for way in one.ways:
        ask = lent(_called(one, way))
        for at, kinds in enumerate(product(*way)):
            name = f"{one.name}_{len(way)}_{at}"
            yield cel.Overload(name, one.answers, [*kinds], is_member=False, impl=ask)


def _called(one: Function, way: tuple[Kinds, ...]) -> Callable[..., object]:
    """Give a function the form CEL calls: what it cannot make sense of, it cannot tell."""
    lists = [kinds is MAYBE_LIST for kinds in way]

    def ask(*given: Any) -> object:
        try:
            pairs = zip(given, lists, strict=True)
            return one.by(*(() if each is None and empty else each for each, empty in pairs))
        except (AttributeError, KeyError, TypeError, ValueError):
            msg = f"{one.name}() was given something of another shape than it knows"
            raise CannotTell(msg) from None

    return ask
