"""GuardDuty finding types AWS no longer sends: a plan that waits for one waits for ever.

From AWS's page "Retired finding types". Its own sample playbooks still name some of them.
"""

from collections.abc import Iterator

from fireline.core.plan.mistakes import Code, Mistake

RETIRED = frozenset(
    {
        "Backdoor:EC2/XORDDOS",
        "Behavior:IAMUser/InstanceLaunchUnusual",
        "CryptoCurrency:EC2/BitcoinTool.A",
        "Discovery:S3/BucketEnumeration.Unusual",
        "Exfiltration:S3/ObjectRead.Unusual",
        "Impact:S3/ObjectDelete.Unusual",
        "Impact:S3/PermissionsModification.Unusual",
        "Persistence:IAMUser/NetworkPermissions",
        "Persistence:IAMUser/ResourcePermissions",
        "Persistence:IAMUser/UserPermissions",
        "PrivilegeEscalation:IAMUser/AdministrativePermissions",
        "PrivilegeEscalation:Kubernetes/PrivilegedContainer",
        "Recon:IAMUser/NetworkPermissions",
        "Recon:IAMUser/ResourcePermissions",
        "Recon:IAMUser/UserPermissions",
        "ResourceConsumption:IAMUser/ComputeResources",
        "Stealth:IAMUser/LoggingConfigurationModified",
        "UnauthorizedAccess:EC2/TorIPCaller",
        "UnauthorizedAccess:IAMUser/ConsoleLogin",
        "UnauthorizedAccess:IAMUser/UnusualASNCaller",
    }
)
_ENDS = frozenset("\"' \t,]}\n#")


def retired_findings(path: str, text: str) -> Iterator[Mistake]:
    """Find each retired type a file names, and its line."""
    named = [finding for finding in RETIRED if finding in text]
    if not named:
        return
    for number, line in enumerate(text.splitlines(), start=1):
        for finding in named:
            if finding in line and _ends(line, finding):
                says = f"GuardDuty no longer sends `{finding}`"
                fix = "use the type AWS replaced it with, such as an AnomalousBehavior one"
                yield Mistake(path, number, Code.FINDING_RETIRED, says, fix)


def _ends(line: str, finding: str) -> bool:
    """Say whether the type ends there: a longer one, such as `….Custom`, may still be sent."""
    after = line[line.index(finding) + len(finding) :][:1]
    return not after or after in _ENDS
