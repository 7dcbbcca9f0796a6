"""Sign-ins to the console, recorded as CloudTrail records them.

From "AWS Management Console sign-in events" in the CloudTrail user guide.
"""

from pydantic import BaseModel, ConfigDict

from fireline.lab.aws.identify import iam, root_arn
from fireline.lab.aws.settings import Cloud, Record
from fireline.lab.clock import stamp

_BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


class AskedSignIn(BaseModel):
    """A sign-in wanted: by which user (or `root`), from where, with MFA or not, well or badly."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    user: str = "root"
    account: str | None = None
    mfa: bool = False
    succeeds: bool = True
    address: str = "203.0.113.77"
    agent: str = _BROWSER


def sign_in_record(asked: AskedSignIn, cloud: Cloud, account: str) -> Record:
    """Write the record of a sign-in."""
    account = asked.account or account
    failed = {} if asked.succeeds else {"errorMessage": "Failed authentication"}
    return {
        "eventVersion": "1.11",
        "userIdentity": _who(asked.user, account),
        "eventTime": stamp(cloud.clock.now()),
        "eventSource": "signin.amazonaws.com",
        "eventName": "ConsoleLogin",
        "awsRegion": "us-east-1",
        "sourceIPAddress": asked.address,
        "userAgent": asked.agent,
        **failed,
        "requestParameters": None,
        "responseElements": {"ConsoleLogin": "Success" if asked.succeeds else "Failure"},
        "additionalEventData": {
            "LoginTo": "https://console.aws.amazon.com/console/home",
            "MobileVersion": "No",
            "MFAUsed": "Yes" if asked.mfa else "No",
        },
        "eventID": cloud.ids.fresh(),
        "readOnly": False,
        "eventType": "AwsConsoleSignIn",
        "managementEvent": True,
        "recipientAccountId": account,
        "eventCategory": "Management",
        "tlsDetails": {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": "signin.aws.amazon.com",
        },
    }


def _who(name: str, account: str) -> Record:
    if name == "root":
        return {
            "type": "Root",
            "principalId": account,
            "arn": root_arn(account),
            "accountId": account,
            "accessKeyId": "",
        }
    user = iam(account).users.get(name)
    if user is None:
        # AWS hides the names of users it does not have: people type passwords there.
        hidden = "HIDDEN_DUE_TO_SECURITY_REASONS"
        return {"type": "IAMUser", "accountId": account, "accessKeyId": "", "userName": hidden}
    return {
        "type": "IAMUser",
        "principalId": user.id,
        "arn": user.arn,
        "accountId": account,
        "userName": user.name,
    }
