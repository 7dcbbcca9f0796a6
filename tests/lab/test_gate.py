"""What AWS refuses, the lab refuses: by real boto3 against a running lab."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fireline.lab.attacker import credentials_in
from fireline.lab.clients import SUCCEEDED, Caller, Credentials
from tests.lab.running import Running, make


def session_of(running: Running, caller: Caller) -> Caller:
    answer = caller.client("sts").get_session_token()
    return Caller(running.place, credentials_in(answer))


def deny_before(moment: datetime) -> str:
    limit = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    statement = {
        "Effect": "Deny",
        "Action": "*",
        "Resource": "*",
        "Condition": {"DateLessThan": {"aws:TokenIssueTime": limit}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("iam", "ListUsers", "InvalidClientTokenId"),
        ("sts", "GetCallerIdentity", "InvalidClientTokenId"),
        ("s3", "ListBuckets", "InvalidAccessKeyId"),
        ("sqs", "ListQueues", "InvalidClientTokenId"),
        ("ec2", "DescribeInstances", "AuthFailure"),
        ("cloudtrail", "DescribeTrails", "UnrecognizedClientException"),
    ],
)
def test_an_inactive_key_is_refused_in_the_words_of_each_service(
    running: Running, service: str, operation: str, code: str
) -> None:
    caller = running.user(f"inactive-{service}")
    parameters: dict[str, Any] = {"UserName": f"inactive-{service}", "Status": "Inactive"}
    assert make(caller, "sts", "GetCallerIdentity") == SUCCEEDED
    caller.client("iam").update_access_key(AccessKeyId=caller.access_key, **parameters)
    assert make(caller, service, operation) == code


def test_an_active_key_again_works_again(running: Running) -> None:
    caller, admin = running.user("on-and-off"), running.user("admin-1")
    iam = admin.client("iam")
    for status, outcome in (("Inactive", "InvalidAccessKeyId"), ("Active", SUCCEEDED)):
        iam.update_access_key(UserName="on-and-off", AccessKeyId=caller.access_key, Status=status)
        assert make(caller, "s3", "ListBuckets") == outcome


def test_a_session_outlives_the_key_it_was_taken_with(running: Running) -> None:
    caller = running.user("outlived")
    session = session_of(running, caller)
    caller.client("iam").delete_access_key(UserName="outlived", AccessKeyId=caller.access_key)
    assert make(caller, "s3", "ListBuckets") == "InvalidAccessKeyId"
    assert make(session, "s3", "ListBuckets") == SUCCEEDED


def test_a_deny_by_issue_time_ends_older_sessions_and_nothing_else(running: Running) -> None:
    caller = running.user("revoked")
    older = session_of(running, caller)
    assert make(older, "s3", "ListBuckets") == SUCCEEDED
    soon = datetime.now(UTC) + timedelta(seconds=1)  # noqa: TID251 - the lab keeps real time
    caller.client("iam").put_user_policy(
        UserName="revoked", PolicyName="FirelineRevoke-1", PolicyDocument=deny_before(soon)
    )
    assert make(older, "s3", "ListBuckets") == "AccessDenied"
    assert make(caller, "s3", "ListBuckets") == SUCCEEDED

    past = soon - timedelta(days=1)
    caller.client("iam").put_user_policy(
        UserName="revoked", PolicyName="FirelineRevoke-1", PolicyDocument=deny_before(past)
    )
    assert make(session_of(running, caller), "s3", "ListBuckets") == SUCCEEDED


def test_the_refusal_says_there_is_an_explicit_deny(running: Running) -> None:
    caller = running.user("told-why")
    session = session_of(running, caller)
    later = datetime(2999, 1, 1, tzinfo=UTC)
    caller.client("iam").put_user_policy(
        UserName="told-why", PolicyName="deny", PolicyDocument=deny_before(later)
    )
    make(session, "s3", "ListBuckets")
    [record] = running.records_of(session)
    assert record["errorCode"] == "AccessDenied"
    assert "s3:ListAllMyBuckets with an explicit deny" in record["errorMessage"]


def test_the_decoy_works_while_somebody_else_is_denied(running: Running) -> None:
    denied, decoy = running.user("denied"), running.user("decoy")
    statement = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}
    always = json.dumps({"Version": "2012-10-17", "Statement": statement})
    denied.client("iam").put_user_policy(
        UserName="denied", PolicyName="quarantine", PolicyDocument=always
    )
    assert make(denied, "s3", "ListBuckets") == "AccessDenied"
    assert make(denied, "iam", "ListUsers") == SUCCEEDED
    assert make(decoy, "s3", "ListBuckets") == SUCCEEDED


def test_who_one_is_can_always_be_asked(running: Running) -> None:
    caller = running.user("denied-all")
    session = session_of(running, caller)
    statement = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    always = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    caller.client("iam").put_user_policy(
        UserName="denied-all", PolicyName="quarantine", PolicyDocument=always
    )
    said = session.client("sts").get_caller_identity()
    assert said["Arn"] == "arn:aws:iam::111122223333:user/denied-all"


def test_a_session_without_mfa_may_not_call_iam(running: Running) -> None:
    session = session_of(running, running.user("no-mfa"))
    assert make(session, "iam", "ListUsers") == "InvalidClientTokenId"


def test_a_session_ends_with_its_user(running: Running) -> None:
    caller, admin = running.user("leaver"), running.user("admin-2")
    session = session_of(running, caller)
    iam = admin.client("iam")
    iam.delete_access_key(UserName="leaver", AccessKeyId=caller.access_key)
    iam.delete_user(UserName="leaver")
    assert make(session, "s3", "ListBuckets") == "InvalidAccessKeyId"


def test_a_key_nobody_made_is_refused_and_leaves_no_record(running: Running) -> None:
    stranger = Caller(running.place, Credentials("AKIAAAAAAAAAAAAAAAAA", "x"))
    assert make(stranger, "iam", "ListUsers") == "InvalidClientTokenId"
    assert running.records_of(stranger) == []


def test_fireline_assumes_its_role_with_the_external_id_only(running: Running) -> None:
    own = running.state.identity
    fireline = Caller(running.place, Credentials(own.access_key_id, own.secret_access_key))
    asked = {"RoleArn": own.responder_role_arn, "RoleSessionName": "fireline"}
    assert make(fireline, "sts", "AssumeRole", **asked) == "AccessDenied"
    assert make(fireline, "sts", "AssumeRole", ExternalId=own.external_id, **asked) == SUCCEEDED
    stranger = running.user("curious")
    assert (
        make(stranger, "sts", "AssumeRole", ExternalId=own.external_id, **asked) == "AccessDenied"
    )


def test_a_role_session_is_denied_by_issue_time_too(running: Running) -> None:
    own = running.state.identity
    fireline = Caller(running.place, Credentials(own.access_key_id, own.secret_access_key))
    answer = fireline.client("sts").assume_role(
        RoleArn=own.responder_role_arn, RoleSessionName="fireline", ExternalId=own.external_id
    )
    session = Caller(running.place, credentials_in(answer))
    assert make(session, "iam", "ListUsers") == SUCCEEDED
    iam = running.user("admin-3").client("iam")
    later = deny_before(datetime(2999, 1, 1, tzinfo=UTC))
    name = {"RoleName": "fireline-responder", "PolicyName": "revoke"}
    iam.put_role_policy(PolicyDocument=later, **name)
    assert make(session, "iam", "ListUsers") == "AccessDenied"
    iam.delete_role_policy(**name)
    assert make(session, "iam", "ListUsers") == SUCCEEDED
