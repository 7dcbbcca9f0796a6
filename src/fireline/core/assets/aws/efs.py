"""EFS file systems and who may mount them."""

from fireline.core.assets.aws.ec2 import KEY
from fireline.core.assets.resource_type import Detail, LinkRule, ResourceType

_SYSTEM = {"FileSystemId": "{FileSystemId}"}
_NONE = frozenset({"PolicyNotFound"})

TYPES = (
    ResourceType(
        kind="aws.efs.file_system",
        service="efs",
        operation="DescribeFileSystems",
        result="FileSystems",
        again={"FileSystemId": "{id}"},
        none_when=frozenset({"FileSystemNotFound"}),
        id="{FileSystemId}",
        arn="{FileSystemArn}",
        arn_form="elasticfilesystem:file-system/([^/]+)",
        tags="Tags",
        details=(
            Detail("Policy", "DescribeFileSystemPolicy", _SYSTEM, take="Policy", absent=_NONE),
            Detail("Backup", "DescribeBackupPolicy", _SYSTEM, take="BackupPolicy", absent=_NONE),
        ),
        links=(LinkRule("encrypted with", KEY, "KmsKeyId"),),
        volatile=("SizeInBytes", "NumberOfMountTargets"),
        event_services=("elasticfilesystem",),
        named_by=("filesystemid",),
        cloudformation="AWS::EFS::FileSystem",
    ),
)
