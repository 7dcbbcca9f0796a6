"""EC2's machines, their disks, and what both are made from."""

from fireline.core.assets.resource_type import Detail, LinkRule, ResourceType

INSTANCE = "aws.ec2.instance"
VOLUME = "aws.ec2.volume"
SNAPSHOT = "aws.ec2.snapshot"
IMAGE = "aws.ec2.image"
LAUNCH_TEMPLATE = "aws.ec2.launch_template"
INTERFACE = "aws.ec2.network_interface"
SECURITY_GROUP = "aws.ec2.security_group"
SUBNET = "aws.ec2.subnet"
VPC = "aws.ec2.vpc"
KEY = "aws.kms.key"
_EC2 = "arn:{partition}:ec2:{region}:{account}"

TYPES = (
    ResourceType(
        kind=INSTANCE,
        service="ec2",
        operation="DescribeInstances",
        # An hour long AWS still tells of instances that are gone.
        result="Reservations[].Instances[] | [?State.Name != 'terminated']",
        parameters={"MaxResults": 1000},
        again={"InstanceIds": ["{id}"]},
        none_when=frozenset({"InvalidInstanceID.NotFound"}),
        id="{InstanceId}",
        id_prefix="i",
        forms=("mi-[0-9a-fA-F]{8,17}",),
        arn=f"{_EC2}:instance/{{id}}",
        arn_form="ec2:instance/(.+)",
        tags="Tags",
        details=(
            Detail(
                "UserData",
                "DescribeInstanceAttribute",
                {"InstanceId": "{id}", "Attribute": "userData"},
                take="UserData.Value",
            ),
        ),
        links=(
            LinkRule("instance profile", "aws.iam.instance_profile", "IamInstanceProfile.Arn"),
            LinkRule("security group", SECURITY_GROUP, "SecurityGroups[].GroupId"),
            LinkRule("security group", SECURITY_GROUP, "NetworkInterfaces[].Groups[].GroupId"),
            LinkRule("interface", INTERFACE, "NetworkInterfaces[].NetworkInterfaceId"),
            LinkRule("volume", VOLUME, "BlockDeviceMappings[].Ebs.VolumeId"),
            LinkRule("image", IMAGE, "ImageId"),
            LinkRule("subnet", SUBNET, "SubnetId"),
            LinkRule("VPC", VPC, "VpcId"),
            LinkRule(
                "scaled by",
                "aws.autoscaling.group",
                "Tags[?Key=='aws:autoscaling:groupName'].Value",
            ),
        ),
        volatile=("MetadataOptions.State", "UsageOperationUpdateTime"),
        hidden=("UserData",),
        event_services=("ec2", "ssm", "ec2-instance-connect"),
        named_by=("instanceid", "instanceids", "target"),
        cloudformation="AWS::EC2::Instance",
    ),
    ResourceType(
        kind=VOLUME,
        service="ec2",
        operation="DescribeVolumes",
        result="Volumes",
        parameters={"MaxResults": 500},
        again={"VolumeIds": ["{id}"]},
        none_when=frozenset({"InvalidVolume.NotFound"}),
        id="{VolumeId}",
        id_prefix="vol",
        arn=f"{_EC2}:volume/{{id}}",
        arn_form="ec2:volume/(.+)",
        tags="Tags",
        links=(
            LinkRule("attached to", INSTANCE, "Attachments[].InstanceId"),
            LinkRule("made from", SNAPSHOT, "SnapshotId"),
            LinkRule("encrypted with", KEY, "KmsKeyId"),
        ),
        cloudformation="AWS::EC2::Volume",
    ),
    ResourceType(
        kind=SNAPSHOT,
        service="ec2",
        operation="DescribeSnapshots",
        result="Snapshots",
        parameters={"OwnerIds": ["self"], "MaxResults": 1000},
        again={"SnapshotIds": ["{id}"], "OwnerIds": ["self"]},
        none_when=frozenset({"InvalidSnapshot.NotFound"}),
        id="{SnapshotId}",
        id_prefix="snap",
        arn="arn:{partition}:ec2:{region}::snapshot/{id}",
        arn_form="ec2:snapshot/(.+)",
        tags="Tags",
        details=(
            Detail(
                "CreateVolumePermissions",
                "DescribeSnapshotAttribute",
                {"SnapshotId": "{id}", "Attribute": "createVolumePermission"},
                take="CreateVolumePermissions",
            ),
        ),
        links=(
            LinkRule("copy of", VOLUME, "VolumeId"),
            LinkRule("encrypted with", KEY, "KmsKeyId"),
        ),
        volatile=("Progress",),
        cloudformation="AWS::EC2::Snapshot",
    ),
    ResourceType(
        kind=IMAGE,
        service="ec2",
        operation="DescribeImages",
        result="Images",
        parameters={"Owners": ["self"]},
        again={"ImageIds": ["{id}"], "Owners": ["self"]},
        none_when=frozenset({"InvalidAMIID.NotFound", "InvalidAMIID.Unavailable"}),
        id="{ImageId}",
        id_prefix="ami",
        name="{Name}",
        arn="arn:{partition}:ec2:{region}::image/{id}",
        arn_form="ec2:image/(.+)",
        tags="Tags",
        details=(
            Detail(
                "LaunchPermissions",
                "DescribeImageAttribute",
                {"ImageId": "{id}", "Attribute": "launchPermission"},
                take="LaunchPermissions",
            ),
        ),
        links=(LinkRule("made from", SNAPSHOT, "BlockDeviceMappings[].Ebs.SnapshotId"),),
        volatile=("LastLaunchedTime",),
        cloudformation="AWS::EC2::Image",
    ),
    ResourceType(
        kind=LAUNCH_TEMPLATE,
        service="ec2",
        operation="DescribeLaunchTemplates",
        result="LaunchTemplates",
        again={"LaunchTemplateIds": ["{id}"]},
        none_when=frozenset({"InvalidLaunchTemplateId.NotFound"}),
        id="{LaunchTemplateId}",
        id_prefix="lt",
        name="{LaunchTemplateName}",
        arn=f"{_EC2}:launch-template/{{id}}",
        arn_form="ec2:launch-template/(.+)",
        tags="Tags",
        details=(
            Detail(
                "Default",
                "DescribeLaunchTemplateVersions",
                {"LaunchTemplateId": "{id}", "Versions": ["$Default"]},
                take="LaunchTemplateVersions[0].LaunchTemplateData",
            ),
        ),
        links=(
            LinkRule(
                "instance profile",
                "aws.iam.instance_profile",
                "Default.IamInstanceProfile.[Arn, Name][]",
            ),
            LinkRule("security group", SECURITY_GROUP, "Default.SecurityGroupIds"),
            LinkRule("security group", SECURITY_GROUP, "Default.NetworkInterfaces[].Groups[]"),
            LinkRule("image", IMAGE, "Default.ImageId"),
        ),
        hidden=("Default.UserData",),
        cloudformation="AWS::EC2::LaunchTemplate",
    ),
)
