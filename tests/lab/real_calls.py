"""Calls of the real records, made again in the lab: one story, each call once.

`{name}` in a parameter stands for something an earlier answer gave.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)
LET_LAMBDA = TRUST.replace(
    '"AWS": "arn:aws:iam::111122223333:root"', '"Service": "lambda.amazonaws.com"'
)
POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}],
    }
)
BUCKET_POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Check",
                "Effect": "Allow",
                "Principal": {"Service": "cloudtrail.amazonaws.com"},
                "Action": "s3:GetBucketAcl",
                "Resource": "arn:aws:s3:::real-calls",
            }
        ],
    }
)
TAG = {"Key": "StratusRedTeam", "Value": "true"}


def tags(kind: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": [TAG]}]


@dataclass(frozen=True)
class Made:
    """One call, and what of its answer later calls need (by a path with dots)."""

    service: str
    operation: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    keeps: Mapping[str, str] = field(default_factory=dict)


def _ec2() -> list[Made]:
    def made(operation: str, keeps: Mapping[str, str] | None = None, /, **given: Any) -> Made:
        return Made("ec2", operation, given, keeps or {})

    all_tcp = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    world = [{"CidrIp": "0.0.0.0/0", "Description": "TLS from Internet"}]
    return [
        made(
            "CreateVpc",
            {"vpc": "Vpc.VpcId"},
            CidrBlock="10.0.0.0/16",
            InstanceTenancy="default",
            AmazonProvidedIpv6CidrBlock=False,
            TagSpecifications=tags("vpc"),
        ),
        made("DescribeVpcs", VpcIds=["{vpc}"]),
        made("DescribeVpcAttribute", VpcId="{vpc}", Attribute="enableDnsSupport"),
        made("DescribeVpcClassicLinkDnsSupport", VpcIds=["{vpc}"]),
        made(
            "CreateSubnet",
            {"subnet": "Subnet.SubnetId"},
            VpcId="{vpc}",
            CidrBlock="10.0.1.0/24",
            AvailabilityZone="us-east-1a",
            TagSpecifications=tags("subnet"),
        ),
        made("DescribeSubnets", SubnetIds=["{subnet}"]),
        made(
            "CreateInternetGateway",
            {"igw": "InternetGateway.InternetGatewayId"},
            TagSpecifications=tags("internet-gateway"),
        ),
        made("AttachInternetGateway", InternetGatewayId="{igw}", VpcId="{vpc}"),
        made("DescribeInternetGateways", InternetGatewayIds=["{igw}"]),
        made(
            "CreateRouteTable",
            {"rtb": "RouteTable.RouteTableId"},
            VpcId="{vpc}",
            TagSpecifications=tags("route-table"),
        ),
        made(
            "CreateRoute", RouteTableId="{rtb}", DestinationCidrBlock="0.0.0.0/0", GatewayId="{igw}"
        ),
        made(
            "AssociateRouteTable",
            {"rtbassoc": "AssociationId"},
            RouteTableId="{rtb}",
            SubnetId="{subnet}",
        ),
        made("DescribeRouteTables", RouteTableIds=["{rtb}"]),
        made(
            "AllocateAddress",
            {"eip": "AllocationId"},
            Domain="vpc",
            TagSpecifications=tags("elastic-ip"),
        ),
        made("DescribeAddresses", AllocationIds=["{eip}"]),
        made(
            "CreateNatGateway",
            {"nat": "NatGateway.NatGatewayId"},
            SubnetId="{subnet}",
            AllocationId="{eip}",
            ConnectivityType="public",
            TagSpecifications=[
                {"ResourceType": "natgateway", "Tags": [TAG, {"Key": "Name", "Value": "true"}]}
            ],
        ),
        made("DescribeNatGateways", NatGatewayIds=["{nat}"]),
        made("DescribeNetworkAcls", Filters=[{"Name": "default", "Values": ["true"]}]),
        made(
            "CreateSecurityGroup",
            {"sg": "GroupId"},
            GroupName="open",
            VpcId="{vpc}",
            Description="Allow TLS inbound traffic",
            TagSpecifications=tags("security-group"),
        ),
        made("DescribeSecurityGroups", Filters=[{"Name": "group-name", "Values": ["default"]}]),
        made(
            "AuthorizeSecurityGroupIngress",
            GroupId="{sg}",
            IpPermissions=[{**all_tcp, "IpRanges": world}],
        ),
        made(
            "AuthorizeSecurityGroupIngress",
            GroupId="{sg}",
            IpProtocol="tcp",
            FromPort=22,
            ToPort=22,
            CidrIp="0.0.0.0/0",
        ),
        made(
            "RevokeSecurityGroupIngress",
            GroupId="{sg}",
            IpProtocol="tcp",
            FromPort=22,
            ToPort=22,
            CidrIp="0.0.0.0/0",
        ),
        made(
            "AuthorizeSecurityGroupEgress",
            GroupId="{sg}",
            IpPermissions=[{"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}],
        ),
        made(
            "RevokeSecurityGroupEgress",
            GroupId="{sg}",
            IpPermissions=[{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
        ),
        made(
            "CreateNetworkInterface",
            {"eni": "NetworkInterface.NetworkInterfaceId"},
            SubnetId="{subnet}",
            PrivateIpAddresses=[{"PrivateIpAddress": "10.0.1.10", "Primary": True}],
            TagSpecifications=tags("network-interface"),
        ),
        made("DescribeNetworkInterfaces", NetworkInterfaceIds=["{eni}"]),
        made(
            "DescribeImages",
            {"ami": "Images.0.ImageId"},
            Owners=["amazon"],
            Filters=[{"Name": "name", "Values": ["amzn2-ami-hvm-*-x86_64-*"]}],
        ),
        made(
            "RunInstances",
            {"i": "Instances.0.InstanceId"},
            ImageId="{ami}",
            MinCount=1,
            MaxCount=1,
            InstanceType="t3.micro",
            IamInstanceProfile={"Name": "real-profile"},
            NetworkInterfaces=[
                {"NetworkInterfaceId": "{eni}", "DeviceIndex": 0, "DeleteOnTermination": False}
            ],
            EbsOptimized=False,
            TagSpecifications=tags("instance"),
        ),
        made("DescribeInstances", InstanceIds=["{i}"]),
        made("DescribeInstanceStatus", MaxResults=5, IncludeAllInstances=True),
        made(
            "DescribeInstanceAttribute",
            InstanceId="{i}",
            Attribute="instanceInitiatedShutdownBehavior",
        ),
        made("DescribeInstanceCreditSpecifications", InstanceIds=["{i}"]),
        made("DescribeTags", Filters=[{"Name": "resource-id", "Values": ["{i}"]}]),
        made("ModifyInstanceAttribute", InstanceId="{i}", DisableApiTermination={"Value": False}),
        made(
            "CreateVolume",
            {"vol": "VolumeId"},
            Size=1,
            AvailabilityZone="us-east-1a",
            TagSpecifications=tags("volume"),
            ClientToken="once",
        ),
        made("DescribeVolumes", VolumeIds=["{vol}"]),
        made("DescribeVolumeStatus"),
        made(
            "CreateSnapshot",
            {"snap": "SnapshotId"},
            VolumeId="{vol}",
            TagSpecifications=tags("snapshot"),
        ),
        made("DescribeSnapshots", SnapshotIds=["{snap}"]),
        made("DescribeSnapshots", OwnerIds=["self"], MaxResults=1000),
        made(
            "ModifySnapshotAttribute",
            SnapshotId="{snap}",
            Attribute="createVolumePermission",
            CreateVolumePermission={"Add": [{"UserId": "012345678912"}]},
        ),
        made(
            "ModifySnapshotAttribute",
            SnapshotId="{snap}",
            Attribute="createVolumePermission",
            OperationType="add",
            UserIds=["012345678912"],
        ),
        made(
            "RegisterImage",
            {"own": "ImageId"},
            Name="shared",
            Architecture="x86_64",
            RootDeviceName="/dev/xvda",
            BlockDeviceMappings=[
                {
                    "DeviceName": "/dev/xvda",
                    "Ebs": {
                        "SnapshotId": "{snap}",
                        "VolumeSize": 1,
                        "DeleteOnTermination": True,
                        "VolumeType": "standard",
                    },
                }
            ],
        ),
        made("CreateTags", Resources=["{own}"], Tags=[TAG]),
        made(
            "ModifyImageAttribute",
            ImageId="{own}",
            LaunchPermission={"Add": [{"UserId": "012345678901"}]},
        ),
        made(
            "CreateFlowLogs",
            {"fl": "FlowLogIds.0"},
            ResourceIds=["{vpc}"],
            ResourceType="VPC",
            TrafficType="REJECT",
            LogDestinationType="cloud-watch-logs",
            LogDestination="arn:aws:logs:us-east-1:111122223333:log-group:real-flow",
            MaxAggregationInterval=600,
            DeliverLogsPermissionArn="arn:aws:iam::111122223333:role/real-role",
            TagSpecifications=tags("vpc-flow-log"),
        ),
        made("DescribeFlowLogs", FlowLogIds=["{fl}"]),
        made("DeleteFlowLogs", FlowLogIds=["{fl}"]),
        made("DescribeAccountAttributes"),
        made("DescribeAvailabilityZones", Filters=[{"Name": "state", "Values": ["available"]}]),
        made("DescribeVpcEndpoints", Filters=[{"Name": "vpc-id", "Values": ["{vpc}"]}]),
        made("StopInstances", InstanceIds=["{i}"]),
        made("StartInstances", InstanceIds=["{i}"]),
        made("TerminateInstances", InstanceIds=["{i}"]),
        made("DeleteNetworkInterface", NetworkInterfaceId="{eni}"),
        made("DeleteNatGateway", NatGatewayId="{nat}"),
        made("ReleaseAddress", AllocationId="{eip}", NetworkBorderGroup="us-east-1"),
        made("DeleteRoute", RouteTableId="{rtb}", DestinationCidrBlock="0.0.0.0/0"),
        made("DisassociateRouteTable", AssociationId="{rtbassoc}"),
        made("DeleteRouteTable", RouteTableId="{rtb}"),
        made("DetachInternetGateway", InternetGatewayId="{igw}", VpcId="{vpc}"),
        made("DeleteInternetGateway", InternetGatewayId="{igw}"),
        made("DeleteSecurityGroup", GroupId="{sg}"),
        made("DeleteSubnet", SubnetId="{subnet}"),
        made("DeleteSnapshot", SnapshotId="{snap}"),
        made("DeleteVolume", VolumeId="{vol}"),
        made("DeleteVpc", VpcId="{vpc}"),
        made("DescribeVpcs", VpcIds=["vpc-0fa94f40db415f317"]),
        made("DescribeVolumes", VolumeIds=["vol-0fa94f40db415f317"]),
        made("DescribeRouteTables", RouteTableIds=["rtb-0fa94f40db415f317"]),
        made("StopInstances", InstanceIds=["nonsense"], Force=False),
    ]


def _iam() -> list[Made]:
    def made(operation: str, keeps: Mapping[str, str] | None = None, /, **given: Any) -> Made:
        return Made("iam", operation, given, keeps or {})

    role, user, profile = "real-role", "real-user", "real-profile"
    return [
        made(
            "CreateRole",
            RoleName=role,
            Path="/",
            AssumeRolePolicyDocument=TRUST,
            MaxSessionDuration=3600,
            Tags=[TAG],
        ),
        made("GetRole", RoleName=role),
        made("PutRolePolicy", RoleName=role, PolicyName="inline-policy", PolicyDocument=POLICY),
        made("GetRolePolicy", RoleName=role, PolicyName="inline-policy"),
        made("ListRolePolicies", RoleName=role),
        made("ListRoles"),
        made("UpdateAssumeRolePolicy", RoleName=role, PolicyDocument=TRUST),
        made(
            "CreatePolicy",
            {"policy": "Policy.Arn"},
            PolicyName="real-policy",
            Path="/",
            PolicyDocument=POLICY,
            Description="",
            Tags=[TAG],
        ),
        made("GetPolicy", PolicyArn="{policy}"),
        made("GetPolicyVersion", PolicyArn="{policy}", VersionId="v1"),
        made("ListPolicyVersions", PolicyArn="{policy}"),
        made("AttachRolePolicy", RoleName=role, PolicyArn="{policy}"),
        made("ListAttachedRolePolicies", RoleName=role),
        made("ListEntitiesForPolicy", PolicyArn="{policy}"),
        made("CreateInstanceProfile", InstanceProfileName=profile, Path="/", Tags=[TAG]),
        made("TagInstanceProfile", InstanceProfileName=profile, Tags=[TAG]),
        made("AddRoleToInstanceProfile", InstanceProfileName=profile, RoleName=role),
        made("GetInstanceProfile", InstanceProfileName=profile),
        made("ListInstanceProfilesForRole", RoleName=role),
        made("CreateUser", UserName=user, Tags=[TAG]),
        made("GetUser"),
        made("ListUsers"),
        made("ListMFADevices"),
        made("ListSSHPublicKeys"),
        made("ListGroups"),
        made("ListOpenIDConnectProviders"),
        made("AttachUserPolicy", UserName=user, PolicyArn="{policy}"),
        made("ListAttachedUserPolicies", UserName=user),
        made("ListAttachedUserPolicies", UserName="nobody"),
        made("ListUserPolicies", UserName="nobody"),
        made("CreateAccessKey", {"key": "AccessKey.AccessKeyId"}, UserName=user),
        made("UpdateAccessKey", UserName=user, AccessKeyId="{key}", Status="Inactive"),
        made(
            "CreateLoginProfile",
            UserName=user,
            Password="Correct-Horse-7",
            PasswordResetRequired=False,
        ),
        made("UpdateLoginProfile", UserName=user, Password="Correct-Horse-8"),
        made("DeleteLoginProfile", UserName=user),
        made("GetAccountSummary"),
        made("GetAccountAuthorizationDetails"),
    ]


def _iam_ends() -> list[Made]:
    role, profile = {"RoleName": "real-role"}, {"InstanceProfileName": "real-profile"}
    policy = {"PolicyArn": "{policy}"}
    return [
        Made("iam", "RemoveRoleFromInstanceProfile", {**profile, **role}),
        Made("iam", "DeleteInstanceProfile", profile),
        Made("iam", "DetachRolePolicy", {**role, **policy}),
        Made("iam", "DeleteRolePolicy", {**role, "PolicyName": "inline-policy"}),
        Made("iam", "DetachUserPolicy", {"UserName": "real-user", **policy}),
        Made("iam", "DeletePolicy", policy),
        Made("iam", "DeleteRole", role),
    ]


def _s3() -> list[Made]:
    def made(operation: str, **given: Any) -> Made:
        return Made("s3", operation, {"Bucket": "real-calls", **given})

    looks = (
        *("GetBucketAcl", "GetBucketLocation", "GetBucketLogging", "GetBucketVersioning"),
        *("GetBucketRequestPayment", "GetBucketCors", "GetBucketReplication", "GetBucketWebsite"),
        *("GetBucketLifecycleConfiguration", "GetBucketAccelerateConfiguration"),
        *("GetObjectLockConfiguration", "GetBucketEncryption", "GetPublicAccessBlock"),
        *("GetBucketPolicy", "GetBucketPolicyStatus", "GetBucketTagging"),
    )
    rule = {"ID": "nuke", "Status": "Enabled", "Filter": {"Prefix": "*"}, "Expiration": {"Days": 1}}
    return [
        Made("s3", "ListBuckets"),
        made("CreateBucket", ACL="private"),
        *(made(operation) for operation in looks),
        made("PutBucketTagging", Tagging={"TagSet": [TAG]}),
        made("GetBucketTagging"),
        made("PutBucketPolicy", Policy=BUCKET_POLICY),
        made("GetBucketPolicy"),
        made("GetBucketPolicyStatus"),
        made("PutBucketLifecycleConfiguration", LifecycleConfiguration={"Rules": [rule]}),
        made("DeleteBucketLifecycle"),
        made("PutObject", Key="one.txt", Body=b"one"),
        made("DeleteBucket"),
        made("DeleteObject", Key="one.txt"),
        made("DeleteBucketPolicy"),
        made("DeleteBucket"),
        made("GetBucketAcl"),
        made("GetBucketLocation"),
        made("DeleteBucketPolicy"),
        Made("s3control", "GetPublicAccessBlock", {"AccountId": "111122223333"}),
        Made(
            "s3control",
            "ListAccessPoints",
            {"AccountId": "111122223333", "Bucket": "real-calls", "MaxResults": 1},
        ),
    ]


def _rest() -> list[Made]:
    role = "arn:aws:iam::111122223333:role/real-role"
    trail = {"Name": "real-trail"}
    selectors = [
        {
            "ReadWriteType": "ReadOnly",
            "IncludeManagementEvents": False,
            "DataResources": [{"Type": "AWS::S3::Object", "Values": []}],
            "ExcludeManagementEventSources": [],
        }
    ]
    secret = {"SecretId": "{secret}"}
    parameter = {"Name": "/real/parameter"}
    return [
        Made("sts", "GetCallerIdentity"),
        Made(
            "sts",
            "AssumeRole",
            {"RoleArn": role, "RoleSessionName": "real", "DurationSeconds": 900},
        ),
        Made("s3", "CreateBucket", {"Bucket": "real-trail-bucket"}),
        Made(
            "cloudtrail",
            "CreateTrail",
            {
                **trail,
                "S3BucketName": "real-trail-bucket",
                "IncludeGlobalServiceEvents": True,
                "TagsList": [TAG],
            },
            {"trail": "TrailARN"},
        ),
        Made("cloudtrail", "StartLogging", trail),
        Made("cloudtrail", "GetTrailStatus", trail),
        Made("cloudtrail", "DescribeTrails", {"trailNameList": ["real-trail"]}),
        Made("cloudtrail", "ListTags", {"ResourceIdList": ["{trail}"]}),
        Made(
            "cloudtrail",
            "PutEventSelectors",
            {"TrailName": "real-trail", "EventSelectors": selectors},
        ),
        Made("cloudtrail", "GetEventSelectors", {"TrailName": "real-trail"}),
        Made("cloudtrail", "StopLogging", trail),
        Made("cloudtrail", "DeleteTrail", trail),
        Made("cloudtrail", "StopLogging", trail),
        Made("cloudtrail", "DeleteTrail", trail),
        Made(
            "secretsmanager",
            "CreateSecret",
            {
                "Name": "real-secret",
                "Description": "",
                "SecretString": "x",
                "ForceOverwriteReplicaSecret": False,
            },
            {"secret": "ARN"},
        ),
        Made("secretsmanager", "PutSecretValue", {**secret, "SecretString": "y"}),
        Made("secretsmanager", "DescribeSecret", secret),
        Made("secretsmanager", "GetResourcePolicy", secret),
        Made("secretsmanager", "GetSecretValue", secret),
        Made(
            "secretsmanager",
            "ListSecrets",
            {"MaxResults": 100, "Filters": [{"Key": "tag-key", "Values": ["StratusRedTeam"]}]},
        ),
        Made(
            "secretsmanager",
            "BatchGetSecretValue",
            {"Filters": [{"Key": "tag-key", "Values": ["StratusRedTeam"]}]},
        ),
        Made("secretsmanager", "DeleteSecret", {**secret, "ForceDeleteWithoutRecovery": True}),
        Made("kms", "CreateKey", {}, {"kms": "KeyMetadata.KeyId"}),
        Made(
            "kms",
            "Encrypt",
            {"KeyId": "{kms}", "Plaintext": b"x", "EncryptionContext": {"PARAMETER_ARN": "y"}},
        ),
        Made(
            "kms",
            "GenerateDataKey",
            {"KeyId": "{kms}", "KeySpec": "AES_256", "EncryptionContext": {"SecretARN": "y"}},
        ),
        Made("kms", "DescribeKey", {"KeyId": "00000000-0000-0000-0000-000000000000"}),
        Made(
            "ssm",
            "PutParameter",
            {
                **parameter,
                "Value": "v",
                "Type": "SecureString",
                "Overwrite": False,
                "AllowedPattern": "",
                "Tags": [TAG],
                "Tier": "Standard",
            },
        ),
        Made(
            "ssm",
            "DescribeParameters",
            {
                "ParameterFilters": [
                    {"Key": "Name", "Option": "Equals", "Values": ["/real/parameter"]}
                ],
                "Shared": False,
            },
        ),
        Made("ssm", "GetParameter", {**parameter, "WithDecryption": True}),
        Made("ssm", "GetParameters", {"Names": ["/real/parameter"], "WithDecryption": True}),
        Made(
            "ssm",
            "ListTagsForResource",
            {"ResourceType": "Parameter", "ResourceId": "/real/parameter"},
        ),
        Made("ssm", "DeleteParameter", parameter),
        Made(
            "ssm",
            "SendCommand",
            {
                "InstanceIds": ["i-0123456789abcdef0"],
                "DocumentName": "AWS-RunShellScript",
                "Parameters": {"commands": ["id"]},
            },
            {"command": "Command.CommandId"},
        ),
        Made(
            "ssm",
            "GetCommandInvocation",
            {"CommandId": "{command}", "InstanceId": "i-0123456789abcdef0"},
        ),
        Made("logs", "CreateLogGroup", {"logGroupName": "/real/group", "tags": {"a": "b"}}),
        Made("logs", "DescribeLogGroups", {"logGroupNamePrefix": "/real"}),
        Made("logs", "ListTagsLogGroup", {"logGroupName": "/real/group"}),
        Made("logs", "DeleteLogGroup", {"logGroupName": "/real/group"}),
        Made(
            "lambda",
            "CreateFunction",
            {
                "FunctionName": "real-function",
                "Runtime": "python3.12",
                "Role": "arn:aws:iam::111122223333:role/lambda-role",
                "Handler": "a.b",
                "Code": {"ZipFile": b"x"},
                "Environment": {"Variables": {"SECRET": "s"}},
            },
        ),
        Made(
            "lambda",
            "UpdateFunctionConfiguration",
            {"FunctionName": "real-function", "Environment": {"Variables": {"A": "b"}}},
        ),
        Made("lambda", "GetFunction", {"FunctionName": "real-function"}),
        Made(
            "lambda", "CreateFunctionUrlConfig", {"FunctionName": "no-function", "AuthType": "NONE"}
        ),
        Made("rds", "DescribeDBInstances"),
        Made("rds", "DescribeDBSubnetGroups"),
        Made("rds", "DescribeGlobalClusters"),
        Made("route53", "ListHostedZones"),
        Made("securityhub", "DescribeHub"),
        Made(
            "cloudwatch",
            "DescribeAlarmsForMetric",
            {"MetricName": "CPUUtilization", "Namespace": "AWS/EC2"},
        ),
        Made("ecr", "DescribeRepositories", {"maxResults": 1}),
        Made("account", "GetRegionOptStatus", {"RegionName": "eu-south-2"}),
    ]


def story() -> list[Made]:
    """Return all the calls, in an order in which each can succeed."""
    return [
        Made(
            "iam", "CreateRole", {"RoleName": "lambda-role", "AssumeRolePolicyDocument": LET_LAMBDA}
        ),
        *_iam(),
        *_s3(),
        *_ec2(),
        *_rest(),
        *_iam_ends(),
    ]
