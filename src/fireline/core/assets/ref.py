"""One cloud resource, named so that everyone means the same one."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class AssetRef:
    """`kind` is the type in the inventory's words, such as `aws.iam.access_key`.

    `id` is what the cloud calls it (a key id, a user name, a bucket name); `account` is the twelve
    digits; `region` is empty for global services.
    """

    kind: str
    account: str
    id: str
    region: str = ""

    def __str__(self) -> str:
        return f"{self.kind}/{self.account}/{self.region or 'global'}/{self.id}"
