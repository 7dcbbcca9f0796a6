"""The actions on AWS identities: deactivate a key, and deny a user's older sessions.

Keys are deactivated, never deleted: the id is what the investigation turns on. Deactivating a key
does not end the sessions it minted; those follow the user's policies, so the user gets a deny.
"""

import json
import re
from datetime import UTC, datetime

from fireline.core.assets.kinds import ACCESS_KEY, USER
from fireline.core.assets.ref import AssetRef
from fireline.core.runbooks.action import (
    ActionKind,
    ActionPlan,
    CannotPlan,
    Context,
    NothingToDo,
    Planned,
)
from fireline.core.runbooks.cloud import Call
from fireline.core.values.json import JsonObject, canonical

# IAM counts all inline policies of one user together, without white space.
MAX_INLINE_CHARACTERS = 2048
_SID = "FirelineRevoke"
_SPACE = re.compile(r"\s+")


def policy_name(incident: str) -> str:
    """Name the inline policy fireline writes for an incident, and no other."""
    return f"FirelineRevoke-{incident}"


def revoke_document(cutoff: datetime) -> str:
    """Write the deny: everything, for sessions issued before `cutoff`. Long-term keys have none."""
    statement = {
        "Sid": _SID,
        "Effect": "Deny",
        "Action": "*",
        "Resource": "*",
        "Condition": {"DateLessThan": {"aws:TokenIssueTime": _iso(cutoff)}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, separators=(",", ":"))


def _deactivate(asset: AssetRef, state: JsonObject, _context: Context) -> Planned:
    user, arn, status = _text(state, "user"), _text(state, "user_arn"), _text(state, "status")
    if not user or not arn:
        return CannotPlan(f"no IAM user holds {asset.id}; a root key has no API for others to use")
    if status == "Inactive":
        return NothingToDo(f"{asset.id} is inactive already")
    if status != "Active":
        return CannotPlan(f"{asset.id} has the unknown status {status!r}")
    call = _set_status(asset.id, user, arn, "Inactive")
    return ActionPlan(
        kind=DEACTIVATE_KEY.name,
        asset=asset,
        call=call,
        inverse=_set_status(asset.id, user, arn, status),
        before={"user": user, "status": status},
        after={"user": user, "status": "Inactive"},
        summary=f"Deactivate access key {asset.id} of user {user}",
        diff=f"access key {asset.id} of user {user}\n- Status: {status}\n+ Status: Inactive",
    )


def _set_status(key: str, user: str, arn: str, status: str) -> Call:
    parameters = {"UserName": user, "AccessKeyId": key, "Status": status}
    return Call("iam", "UpdateAccessKey", arn, parameters)


def _key_part(state: JsonObject, _call: Call) -> JsonObject:
    return {"user": state.get("user"), "status": state.get("status")}


def _deny_sessions(asset: AssetRef, state: JsonObject, context: Context) -> Planned:
    arn, name = _text(state, "arn"), policy_name(context.incident)
    policies = _policies(state)
    before, document = policies.get(name), revoke_document(context.cutoff)
    if not arn:
        return CannotPlan(f"{asset.id} has no ARN")
    if before is not None and not _is_ours(before):
        return CannotPlan(f"a policy named {name} is on {asset.id} and fireline did not write it")
    size = sum(len(_SPACE.sub("", text)) for text in {**policies, name: document}.values())
    if size > MAX_INLINE_CHARACTERS:
        return CannotPlan(
            f"the inline policies of {asset.id} would have {size} characters;"
            f" IAM allows {MAX_INLINE_CHARACTERS}"
        )
    call = Call(
        "iam",
        "PutUserPolicy",
        arn,
        {"UserName": asset.id, "PolicyName": name, "PolicyDocument": document},
    )
    return ActionPlan(
        kind=DENY_SESSIONS.name,
        asset=asset,
        call=call,
        inverse=_put_back(asset.id, arn, name, before),
        before={"policy": name, "document": before},
        after={"policy": name, "document": document},
        summary=f"Deny sessions of user {asset.id} issued before {_iso(context.cutoff)}",
        diff=(
            f"inline policy {name} of user {asset.id}\n- {before or '(none)'}\n+ {document}\n"
            f"Sessions issued before {_iso(context.cutoff)} are denied, those minted while this"
            " waits for approval too. Access keys themselves are not affected."
        ),
    )


def _put_back(user: str, arn: str, name: str, document: str | None) -> Call:
    named = {"UserName": user, "PolicyName": name}
    if document is None:
        return Call("iam", "DeleteUserPolicy", arn, named)
    return Call("iam", "PutUserPolicy", arn, {**named, "PolicyDocument": document})


def _policy_part(state: JsonObject, call: Call) -> JsonObject:
    name = call.parameters["PolicyName"]
    return {"policy": name, "document": _policies(state).get(name)}


def _policies(state: JsonObject) -> dict[str, str]:
    found = state.get("inline_policies")
    if not isinstance(found, dict):
        return {}
    return {name: text for name, text in found.items() if isinstance(text, str)}


def _is_ours(document: str) -> bool:
    """Say whether fireline wrote a document: it is, value for value, the one it would write."""
    try:
        found = json.loads(document)
        at = found["Statement"][0]["Condition"]["DateLessThan"]["aws:TokenIssueTime"]
        cutoff = datetime.fromisoformat(at)
    except (ValueError, KeyError, IndexError, TypeError):
        return False
    if cutoff.tzinfo is None:
        return False
    return canonical(found) == canonical(json.loads(revoke_document(cutoff)))


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _text(state: JsonObject, name: str) -> str:
    found = state.get(name)
    return found if isinstance(found, str) else ""


DEACTIVATE_KEY = ActionKind(
    name="aws.iam.deactivate_key",
    title="Deactivate access key",
    asset_kind=ACCESS_KEY,
    build=_deactivate,
    compared=_key_part,
)
DENY_SESSIONS = ActionKind(
    name="aws.iam.deny_user_sessions",
    title="Deny the user's older sessions",
    asset_kind=USER,
    build=_deny_sessions,
    compared=_policy_part,
)
