"""Networks: VPCs and what they are made of."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from moto.ec2.models import ec2_backends
from pydantic import Field

from fireline.lab.resources.resource import Resource, Spot, given, spread_over, text_of, zone
from fireline.lab.world_part import Part, Policy, Refers

Cidr = Annotated[str, Field(pattern=r"^[0-9a-fA-F.:]+/\d{1,3}$")]
# `all`, one port, or a range; with `/udp` and the like, another protocol than TCP.
Ports = Annotated[str, Field(pattern=r"^(all|icmp|\d{1,5}(-\d{1,5})?(/(tcp|udp))?)$")]
VpcName = Annotated[str, Refers("ec2.vpc")]
SubnetName = Annotated[str, Refers("ec2.subnet")]
GroupNames = Annotated[Sequence[str], Refers("ec2.security_group")]
_ZONES = "abc"


class Rule(Part):
    """A rule of a security group: ports, and whom they are open to or reach."""

    ports: Ports
    cidrs: Sequence[Cidr] = ()
    groups: GroupNames = ()
    prefix_lists: Annotated[Sequence[str], Refers("ec2.managed_prefix_list")] = ()
    description: str = ""

    def permission(self, at: Spot) -> dict[str, Any]:
        """Write the rule as EC2 takes it."""
        say = {"Description": self.description} if self.description else {}
        return given(
            **_protocol_and_ports(self.ports),
            IpRanges=[{"CidrIp": one, **say} for one in self.cidrs if ":" not in one],
            Ipv6Ranges=[{"CidrIpv6": one, **say} for one in self.cidrs if ":" in one],
            UserIdGroupPairs=[
                {"GroupId": one, "UserId": at.account, **say}
                for one in at.ids_of("ec2.security_group", self.groups)
            ],
            PrefixListIds=[
                {"PrefixListId": one, **say}
                for one in at.ids_of("ec2.managed_prefix_list", self.prefix_lists)
            ],
        )


def _protocol_and_ports(ports: str) -> dict[str, Any]:
    if ports == "all":
        return {"IpProtocol": "-1"}
    if ports == "icmp":
        return {"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1}
    span, _, protocol = ports.partition("/")
    low, _, high = span.partition("-")
    return {"IpProtocol": protocol or "tcp", "FromPort": int(low), "ToPort": int(high or low)}


class Vpc(Resource):
    """A VPC."""

    kind: Literal["ec2.vpc"]
    cidr: Cidr = "10.0.0.0/16"

    def make(self, at: Spot) -> str:
        """Make it."""
        made = at.client("ec2").create_vpc(CidrBlock=self.cidr, **tagged(self, "vpc"))
        return str(made["Vpc"]["VpcId"])


class Subnet(Resource):
    """A subnet; `public` gives its instances addresses by themselves."""

    kind: Literal["ec2.subnet"]
    vpc: VpcName
    cidr: Cidr
    public: bool = False

    def make(self, at: Spot) -> str:
        """Make it."""
        ec2 = at.client("ec2")
        made = ec2.create_subnet(
            VpcId=at.id_of("ec2.vpc", self.vpc),
            CidrBlock=self.cidr,
            AvailabilityZone=zone(at.region, spread_over(_ZONES, self.name)),
            **tagged(self, "subnet"),
        )["Subnet"]["SubnetId"]
        if self.public:
            ec2.modify_subnet_attribute(SubnetId=made, MapPublicIpOnLaunch={"Value": True})
        return str(made)


class InternetGateway(Resource):
    """An internet gateway, attached to a VPC when one is named."""

    kind: Literal["ec2.internet_gateway"]
    vpc: VpcName | None = None

    def make(self, at: Spot) -> str:
        """Make it."""
        ec2 = at.client("ec2")
        made = ec2.create_internet_gateway(**tagged(self, "internet-gateway"))
        gateway = str(made["InternetGateway"]["InternetGatewayId"])
        if self.vpc:
            vpc = at.id_of("ec2.vpc", self.vpc)
            ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
        return gateway


class Route(Part):
    """A route: to the internet through a gateway, or through a NAT gateway."""

    cidr: Cidr = "0.0.0.0/0"
    internet_gateway: Annotated[str, Refers("ec2.internet_gateway")] | None = None
    nat_gateway: Annotated[str, Refers("ec2.nat_gateway")] | None = None


class RouteTable(Resource):
    """A route table, its routes, and the subnets that use it."""

    kind: Literal["ec2.route_table"]
    vpc: VpcName
    routes: Sequence[Route] = ()
    subnets: Annotated[Sequence[str], Refers("ec2.subnet")] = ()

    def make(self, at: Spot) -> str:
        """Make it."""
        ec2 = at.client("ec2")
        vpc = at.id_of("ec2.vpc", self.vpc)
        made = ec2.create_route_table(VpcId=vpc, **tagged(self, "route-table"))
        table = str(made["RouteTable"]["RouteTableId"])
        for route in self.routes:
            where: dict[str, Any] = {}
            if route.internet_gateway:
                where["GatewayId"] = at.id_of("ec2.internet_gateway", route.internet_gateway)
            if route.nat_gateway:
                where["NatGatewayId"] = at.id_of("ec2.nat_gateway", route.nat_gateway)
            ec2.create_route(RouteTableId=table, DestinationCidrBlock=route.cidr, **where)
        for subnet in at.ids_of("ec2.subnet", self.subnets):
            ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
        return table


class NatGateway(Resource):
    """A NAT gateway with an address of its own."""

    kind: Literal["ec2.nat_gateway"]
    subnet: SubnetName

    def make(self, at: Spot) -> str:
        """Make it."""
        ec2 = at.client("ec2")
        address = ec2.allocate_address(Domain="vpc")["AllocationId"]
        made = ec2.create_nat_gateway(
            SubnetId=at.id_of("ec2.subnet", self.subnet),
            AllocationId=address,
            **tagged(self, "natgateway"),
        )
        return str(made["NatGateway"]["NatGatewayId"])


class AclEntry(Part):
    """An entry of a network ACL."""

    number: Annotated[int, Field(ge=1, le=32766)]
    ports: Ports = "all"
    cidr: Cidr = "0.0.0.0/0"
    allow: bool = True
    egress: bool = False


class NetworkAcl(Resource):
    """A network ACL and its entries."""

    kind: Literal["ec2.network_acl"]
    vpc: VpcName
    entries: Sequence[AclEntry] = ()

    def make(self, at: Spot) -> str:
        """Make it."""
        ec2 = at.client("ec2")
        vpc = at.id_of("ec2.vpc", self.vpc)
        made = ec2.create_network_acl(VpcId=vpc, **tagged(self, "network-acl"))
        acl = str(made["NetworkAcl"]["NetworkAclId"])
        for entry in self.entries:
            ec2.create_network_acl_entry(NetworkAclId=acl, **_acl_entry(entry))
        return acl


def _acl_entry(entry: AclEntry) -> dict[str, Any]:
    spoken = _protocol_and_ports(entry.ports)
    numbers = {"tcp": "6", "udp": "17", "icmp": "1"}
    ports = {"From": spoken.get("FromPort"), "To": spoken.get("ToPort")}
    return {
        "RuleNumber": entry.number,
        "Protocol": numbers.get(spoken["IpProtocol"], "-1"),
        "RuleAction": "allow" if entry.allow else "deny",
        "Egress": entry.egress,
        "Ipv6CidrBlock" if ":" in entry.cidr else "CidrBlock": entry.cidr,
        **({"PortRange": ports} if spoken["IpProtocol"] in {"tcp", "udp"} else {}),
    }


class PrefixList(Resource):
    """A prefix list of one's own."""

    kind: Literal["ec2.managed_prefix_list"]
    cidrs: Annotated[Sequence[Cidr], Field(min_length=1)]

    def make(self, at: Spot) -> str:
        """Make it."""
        made = at.client("ec2").create_managed_prefix_list(
            PrefixListName=self.name,
            AddressFamily="IPv6" if ":" in self.cidrs[0] else "IPv4",
            MaxEntries=max(10, len(self.cidrs)),
            Entries=[{"Cidr": one} for one in self.cidrs],
            **tagged(self, "prefix-list"),
        )
        return str(made["PrefixList"]["PrefixListId"])


class SecurityGroup(Resource):
    """A security group. Without `egress`, it reaches everything, as AWS has it."""

    kind: Literal["ec2.security_group"]
    vpc: VpcName | None = None
    description: str = "Made by the lab"
    ingress: Sequence[Rule] = ()
    egress: Sequence[Rule] | None = None

    def make(self, at: Spot) -> str:
        """Make it."""
        ec2 = at.client("ec2")
        vpc = at.id_of("ec2.vpc", self.vpc) if self.vpc else None
        group = ec2.create_security_group(
            GroupName=self.name,
            Description=self.description,
            **given(VpcId=vpc),
            **tagged(self, "security-group"),
        )["GroupId"]
        if self.ingress:
            permissions = [rule.permission(at) for rule in self.ingress]
            ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=permissions)
        if self.egress is not None:
            everything = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
            ec2.revoke_security_group_egress(GroupId=group, IpPermissions=everything)
            permissions = [rule.permission(at) for rule in self.egress]
            if permissions:
                ec2.authorize_security_group_egress(GroupId=group, IpPermissions=permissions)
        return str(group)


class NetworkInterface(Resource):
    """A network interface that no instance has yet."""

    kind: Literal["ec2.network_interface"]
    subnet: SubnetName
    security_groups: GroupNames = ()
    description: str = ""

    def make(self, at: Spot) -> str:
        """Make it."""
        made = at.client("ec2").create_network_interface(
            SubnetId=at.id_of("ec2.subnet", self.subnet),
            Description=self.description or self.name,
            **given(Groups=at.ids_of("ec2.security_group", self.security_groups)),
            **tagged(self, "network-interface"),
        )
        return str(made["NetworkInterface"]["NetworkInterfaceId"])


class Address(Resource):
    """An elastic address, given to an instance when one is named."""

    kind: Literal["ec2.address"]
    instance: Annotated[str, Refers("ec2.instance")] | None = None

    def make(self, at: Spot) -> str:
        """Make it."""
        ec2 = at.client("ec2")
        address = str(
            ec2.allocate_address(Domain="vpc", **tagged(self, "elastic-ip"))["AllocationId"]
        )
        if self.instance:
            instance = at.id_of("ec2.instance", self.instance)
            ec2.associate_address(AllocationId=address, InstanceId=instance)
        return address


class VpcEndpoint(Resource):
    """An endpoint of a service in a VPC: a gateway for S3 and DynamoDB, an interface for others."""

    kind: Literal["ec2.vpc_endpoint"]
    vpc: VpcName
    service: str = "s3"
    policy: Policy | None = None

    def make(self, at: Spot) -> str:
        """Make it."""
        gateway = self.service in {"s3", "dynamodb"}
        made = at.client("ec2").create_vpc_endpoint(
            VpcId=at.id_of("ec2.vpc", self.vpc),
            ServiceName=f"com.amazonaws.{at.region}.{self.service}",
            VpcEndpointType="Gateway" if gateway else "Interface",
            **given(PolicyDocument=text_of(self.policy) if self.policy else None),
            **tagged(self, "vpc-endpoint"),
        )
        return str(made["VpcEndpoint"]["VpcEndpointId"])


class FlowLog(Resource):
    """Flow logs of a VPC, kept in a bucket."""

    kind: Literal["ec2.flow_log"]
    vpc: VpcName
    bucket: Annotated[str, Refers("s3.bucket")]
    traffic: Literal["ALL", "ACCEPT", "REJECT"] = "ALL"

    def make(self, at: Spot) -> str:
        """Make it."""
        made = at.client("ec2").create_flow_logs(
            ResourceIds=[at.id_of("ec2.vpc", self.vpc)],
            ResourceType="VPC",
            TrafficType=self.traffic,
            LogDestinationType="s3",
            LogDestination=f"arn:aws:s3:::{self.bucket}",
            **tagged(self, "vpc-flow-log"),
        )
        return str(made["FlowLogIds"][0])


def tagged(resource: Resource, type_: str) -> Mapping[str, Any]:
    """Return EC2's way to tag at birth; the name of a thing is a tag there."""
    tags = [{"Key": "Name", "Value": resource.name}, *resource.tag_list]
    return {"TagSpecifications": [{"ResourceType": type_, "Tags": tags}]}


def default_subnet(at: Spot) -> str:
    """Return the subnet of the default VPC in the region's first zone."""
    subnets = ec2_backends[at.account][at.region].get_default_subnets()
    return str(subnets[zone(at.region)].id)


KINDS: tuple[type[Resource], ...] = (
    Vpc,
    Subnet,
    InternetGateway,
    NatGateway,
    RouteTable,
    NetworkAcl,
    PrefixList,
    SecurityGroup,
    NetworkInterface,
)
# Made once there are instances and buckets.
LATER_KINDS: tuple[type[Resource], ...] = (Address, VpcEndpoint, FlowLog)
