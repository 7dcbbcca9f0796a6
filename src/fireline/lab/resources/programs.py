"""Programs and what they run on: functions, containers, clusters, and the images they come from."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC
from functools import cache
from typing import Annotated, Any, Literal

from moto.awslambda.models import lambda_backends
from moto.ecr.models import ecr_backends
from moto.ecs.models import ecs_backends
from moto.eks.models import eks_backends
from pydantic import Field

from fireline.lab.resources.network import GroupNames, default_subnet
from fireline.lab.resources.resource import Resource, Spot, given, text_of
from fireline.lab.world_part import Policy, Refers

RoleName = Annotated[str, Refers("iam.role")]
_CODE = "def main(event, context):\n    return event\n"


@cache
def _archive() -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        # A fixed moment: the archive, and so the code's hash, is the same in every run.
        archive.writestr(zipfile.ZipInfo("main.py", (2020, 1, 1, 0, 0, 0)), _CODE)
    return whole.getvalue()


class Function(Resource):
    """A Lambda function. `invokers` are principals its policy lets call it."""

    kind: Literal["lambda.function"]
    role: RoleName
    runtime: str = "python3.13"
    environment: Mapping[str, str] = {}
    invokers: Sequence[str] = ()
    url: Literal["NONE", "AWS_IAM"] | None = None

    def make(self, at: Spot) -> str:
        """Make it."""
        client = at.client("lambda")
        client.create_function(
            FunctionName=self.name,
            Runtime=self.runtime,
            Role=f"arn:aws:iam::{at.account}:role/{self.role}",
            Handler="main.main",
            Code={"ZipFile": _archive()},
            **given(
                Tags=dict(self.tags),
                Environment={"Variables": dict(self.environment)} if self.environment else None,
            ),
        )
        for number, principal in enumerate(self.invokers):
            client.add_permission(
                FunctionName=self.name,
                StatementId=f"invoker-{number}",
                Action="lambda:InvokeFunction",
                Principal=principal,
            )
        if self.url:
            client.create_function_url_config(FunctionName=self.name, AuthType=self.url)
        there: Any = lambda_backends[at.account][at.region].get_function(self.name)
        there.last_modified = at.born.strftime("%Y-%m-%dT%H:%M:%S.000+0000")
        return self.name


class Repository(Resource):
    """A repository of container images."""

    kind: Literal["ecr.repository"]
    scan_on_push: bool = False
    immutable: bool = False
    policy: Policy | None = None

    def make(self, at: Spot) -> str:
        """Make it."""
        client = at.client("ecr")
        client.create_repository(
            repositoryName=self.name,
            imageTagMutability="IMMUTABLE" if self.immutable else "MUTABLE",
            imageScanningConfiguration={"scanOnPush": self.scan_on_push},
            **given(tags=self.tag_list),
        )
        if self.policy is not None:
            client.set_repository_policy(repositoryName=self.name, policyText=text_of(self.policy))
        ecr_backends[at.account][at.region].repositories[self.name].created_at = at.born
        return self.name


class EcsCluster(Resource):
    """An ECS cluster."""

    kind: Literal["ecs.cluster"]
    insights: bool = False

    def make(self, at: Spot) -> str:
        """Make it."""
        value = "enabled" if self.insights else "disabled"
        at.client("ecs").create_cluster(
            clusterName=self.name,
            settings=[{"name": "containerInsights", "value": value}],
            **given(tags=_small(self)),
        )
        return self.name


class TaskDefinition(Resource):
    """What an ECS task runs."""

    kind: Literal["ecs.task_definition"]
    image: str = "nginx:1.29"
    privileged: bool = False
    read_only_root: bool = True
    network: Literal["awsvpc", "bridge", "host"] = "awsvpc"
    environment: Mapping[str, str] = {}
    role: RoleName | None = None

    def make(self, at: Spot) -> str:
        """Make it."""
        role = f"arn:aws:iam::{at.account}:role/{self.role}" if self.role else None
        container = {
            "name": "main",
            "image": self.image,
            "memory": 128,
            "privileged": self.privileged,
            "readonlyRootFilesystem": self.read_only_root,
            "environment": [{"name": k, "value": v} for k, v in self.environment.items()],
        }
        made = at.client("ecs").register_task_definition(
            family=self.name,
            networkMode=self.network,
            containerDefinitions=[container],
            **given(taskRoleArn=role, tags=_small(self)),
        )
        arn = str(made["taskDefinition"]["taskDefinitionArn"])
        there: Any = ecs_backends[at.account][at.region].task_definitions[self.name][1]
        there.registered_at = at.born.replace(tzinfo=UTC)
        return arn


class EcsService(Resource):
    """A service of an ECS cluster."""

    kind: Literal["ecs.service"]
    cluster: Annotated[str, Refers("ecs.cluster")]
    task: Annotated[str, Refers("ecs.task_definition")]
    public_address: bool = False
    security_groups: GroupNames = ()
    tasks: Annotated[int, Field(ge=0, le=100)] = 0

    def make(self, at: Spot) -> str:
        """Make it."""
        network = {
            "subnets": [default_subnet(at)],
            "securityGroups": at.ids_of("ec2.security_group", self.security_groups),
            "assignPublicIp": "ENABLED" if self.public_address else "DISABLED",
        }
        at.client("ecs").create_service(
            cluster=self.cluster,
            serviceName=self.name,
            taskDefinition=self.task,
            desiredCount=self.tasks,
            launchType="FARGATE",
            networkConfiguration={"awsvpcConfiguration": network},
            **given(tags=_small(self)),
        )
        return self.name


class EksCluster(Resource):
    """An EKS cluster, of which moto keeps what AWS tells of it and no Kubernetes."""

    kind: Literal["eks.cluster"]
    role: RoleName
    version: str = "1.34"
    public: bool = True
    public_cidrs: Sequence[str] = ("0.0.0.0/0",)
    private: bool = False
    encrypted_with: Annotated[str, Refers("kms.key")] | None = None
    logs: Sequence[str] = ()

    def make(self, at: Spot) -> str:
        """Make it."""
        logging = [{"types": list(self.logs), "enabled": True}] if self.logs else []
        encryption: list[Any] = []
        if self.encrypted_with:
            key = at.id_of("kms.key", self.encrypted_with)
            arn = f"arn:aws:kms:{at.region}:{at.account}:key/{key}"
            encryption = [{"resources": ["secrets"], "provider": {"keyArn": arn}}]
        at.client("eks").create_cluster(
            name=self.name,
            version=self.version,
            roleArn=f"arn:aws:iam::{at.account}:role/{self.role}",
            resourcesVpcConfig={
                "subnetIds": [default_subnet(at)],
                "endpointPublicAccess": self.public,
                "endpointPrivateAccess": self.private,
                "publicAccessCidrs": list(self.public_cidrs),
            },
            **given(
                logging={"clusterLogging": logging} if logging else None,
                encryptionConfig=encryption,
                tags=dict(self.tags),
            ),
        )
        eks_backends[at.account][at.region].clusters[self.name].created_at = at.born
        return self.name


def _small(resource: Resource) -> list[dict[str, str]]:
    # ECS alone writes the words of a tag small.
    return [{"key": key, "value": value} for key, value in resource.tags.items()]


KINDS: tuple[type[Resource], ...] = (
    Function,
    Repository,
    EcsCluster,
    TaskDefinition,
    EcsService,
    EksCluster,
)
