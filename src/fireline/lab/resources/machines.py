"""Machines: instances, their disks, images and templates, and the groups that keep them many."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from moto.ec2.models import ec2_backends
from pydantic import Field

from fireline.lab.resources.network import GroupNames, SubnetName, default_subnet, tagged
from fireline.lab.resources.resource import Resource, Spot, given, zone
from fireline.lab.world_part import AccountId, Refers

KeyName = Annotated[str, Refers("kms.key")]
VolumeName = Annotated[str, Refers("ec2.volume")]
InstanceName = Annotated[str, Refers("ec2.instance")]
ProfileName = Annotated[str, Refers("iam.instance_profile")]
_IMAGE = "ami-12c6146b"
_EVERYBODY = "all"


class Instance(Resource):
    """An instance, in the default VPC if no subnet is named."""

    kind: Literal["ec2.instance"]
    type: str = "t3.micro"
    subnet: SubnetName | None = None
    security_groups: GroupNames = ()
    profile: ProfileName | None = None
    # Whether its metadata asks for a session token (IMDSv2).
    metadata_tokens: Literal["required", "optional"] = "optional"
    public_address: bool | None = None
    user_data: str = ""
    stopped: bool = False
    protected: bool = False
    monitored: bool = False

    def make(self, at: Spot) -> str:
        """Make it."""
        ec2 = at.client("ec2")
        made = ec2.run_instances(
            ImageId=_IMAGE,
            MinCount=1,
            MaxCount=1,
            InstanceType=self.type,
            MetadataOptions={"HttpTokens": self.metadata_tokens, "HttpEndpoint": "enabled"},
            Monitoring={"Enabled": self.monitored},
            **self._place(at),
            **given(
                IamInstanceProfile={"Name": self.profile} if self.profile else None,
                UserData=b64encode(self.user_data.encode()).decode(),
                DisableApiTermination=self.protected or None,
            ),
            **tagged(self, "instance"),
        )["Instances"][0]["InstanceId"]
        there = ec2_backends[at.account][at.region].get_instance(made)
        there.launch_time = at.born
        if self.stopped:
            ec2.stop_instances(InstanceIds=[made])
        return str(made)

    def _place(self, at: Spot) -> dict[str, Any]:
        subnet = at.id_of("ec2.subnet", self.subnet) if self.subnet else default_subnet(at)
        groups = at.ids_of("ec2.security_group", self.security_groups)
        if self.public_address is None:
            return given(SubnetId=subnet, SecurityGroupIds=groups)
        interface = given(DeviceIndex=0, SubnetId=subnet, Groups=groups)
        return {
            "NetworkInterfaces": [
                {**interface, "DeviceIndex": 0, "AssociatePublicIpAddress": self.public_address}
            ]
        }


class Volume(Resource):
    """A volume, attached to an instance when one is named."""

    kind: Literal["ec2.volume"]
    size: Annotated[int, Field(ge=1, le=16_384)] = 8
    type: Literal["gp2", "gp3", "io1", "st1", "standard"] = "gp3"
    encrypted: bool = False
    key: KeyName | None = None
    instance: InstanceName | None = None
    device: str = "/dev/sdf"

    def make(self, at: Spot) -> str:
        """Make it."""
        ec2 = at.client("ec2")
        volume = ec2.create_volume(
            AvailabilityZone=self._zone(at),
            Size=self.size,
            VolumeType=self.type,
            Encrypted=self.encrypted or self.key is not None,
            **given(KmsKeyId=at.id_of("kms.key", self.key) if self.key else None),
            **tagged(self, "volume"),
        )["VolumeId"]
        ec2_backends[at.account][at.region].volumes[volume].create_time = at.born
        if self.instance:
            instance = at.id_of("ec2.instance", self.instance)
            ec2.attach_volume(VolumeId=volume, InstanceId=instance, Device=self.device)
        return str(volume)

    def _zone(self, at: Spot) -> str:
        if self.instance is None:
            return zone(at.region)
        instance = at.id_of("ec2.instance", self.instance)
        there = ec2_backends[at.account][at.region].get_instance(instance)
        return str(there.placement)


class Snapshot(Resource):
    """A snapshot of a volume, perhaps shared with accounts or everybody."""

    kind: Literal["ec2.snapshot"]
    volume: VolumeName
    shared_with: Sequence[AccountId] = ()
    public: bool = False

    def make(self, at: Spot) -> str:
        """Make it."""
        ec2 = at.client("ec2")
        snapshot = ec2.create_snapshot(
            VolumeId=at.id_of("ec2.volume", self.volume),
            Description=self.name,
            **tagged(self, "snapshot"),
        )["SnapshotId"]
        ec2_backends[at.account][at.region].snapshots[snapshot].start_time = at.born
        whom = given(UserIds=list(self.shared_with), GroupNames=[_EVERYBODY] if self.public else [])
        if whom:
            ec2.modify_snapshot_attribute(
                SnapshotId=snapshot,
                Attribute="createVolumePermission",
                OperationType="add",
                **whom,
            )
        return str(snapshot)


class Image(Resource):
    """An image of an instance, perhaps shared with accounts or everybody."""

    kind: Literal["ec2.image"]
    instance: InstanceName
    shared_with: Sequence[AccountId] = ()
    public: bool = False

    def make(self, at: Spot) -> str:
        """Make it."""
        ec2 = at.client("ec2")
        image = ec2.create_image(
            InstanceId=at.id_of("ec2.instance", self.instance),
            Name=self.name,
            **tagged(self, "image"),
        )["ImageId"]
        ec2_backends[at.account][at.region].amis[image].creation_date = at.born
        whom: list[Mapping[str, str]] = [{"UserId": one} for one in self.shared_with]
        whom += [{"Group": _EVERYBODY}] if self.public else []
        if whom:
            ec2.modify_image_attribute(ImageId=image, LaunchPermission={"Add": whom})
        return str(image)


class LaunchTemplate(Resource):
    """A launch template."""

    kind: Literal["ec2.launch_template"]
    type: str = "t3.micro"
    security_groups: GroupNames = ()
    metadata_tokens: Literal["required", "optional"] = "optional"
    user_data: str = ""

    def make(self, at: Spot) -> str:
        """Make it."""
        wanted = given(
            ImageId=_IMAGE,
            InstanceType=self.type,
            SecurityGroupIds=at.ids_of("ec2.security_group", self.security_groups),
            MetadataOptions={"HttpTokens": self.metadata_tokens},
            UserData=b64encode(self.user_data.encode()).decode(),
        )
        made = at.client("ec2").create_launch_template(
            LaunchTemplateName=self.name,
            LaunchTemplateData=wanted,
            **tagged(self, "launch-template"),
        )
        return str(made["LaunchTemplate"]["LaunchTemplateId"])


class AutoScalingGroup(Resource):
    """A group that keeps so many instances of a template."""

    kind: Literal["autoscaling.group"]
    template: Annotated[str, Refers("ec2.launch_template")]
    subnet: SubnetName | None = None
    instances: Annotated[int, Field(ge=0, le=100)] = 0
    target_groups: Annotated[Sequence[str], Refers("elb.target_group")] = ()

    def make(self, at: Spot) -> str:
        """Make it."""
        subnet = at.id_of("ec2.subnet", self.subnet) if self.subnet else default_subnet(at)
        at.client("autoscaling").create_auto_scaling_group(
            AutoScalingGroupName=self.name,
            LaunchTemplate={"LaunchTemplateName": self.template, "Version": "$Latest"},
            MinSize=0,
            MaxSize=max(1, self.instances),
            DesiredCapacity=self.instances,
            VPCZoneIdentifier=subnet,
            **given(
                TargetGroupARNs=at.ids_of("elb.target_group", self.target_groups),
                Tags=[{**one, "PropagateAtLaunch": False} for one in self.tag_list],
            ),
        )
        return self.name


KINDS: tuple[type[Resource], ...] = (Instance, Volume, Snapshot, Image, LaunchTemplate)
LATER_KINDS: tuple[type[Resource], ...] = (AutoScalingGroup,)
