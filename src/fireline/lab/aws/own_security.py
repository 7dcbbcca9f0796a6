"""Access analyzers, kept by region and found by whoever lists them; they find nothing."""

from collections.abc import Mapping
from typing import Any

from fireline.lab.aws.answers import Denial
from fireline.lab.aws.asked import Asked, Own


def create_analyzer(asked: Asked) -> Mapping[str, Any] | Denial:
    """Answer CreateAnalyzer."""
    name = str(asked.given("analyzerName", ""))
    if name in asked.here.analyzers:
        return Denial(409, "ConflictException", f"Analyzer {name} already exists.")
    arn = f"arn:aws:access-analyzer:{asked.call.region}:{asked.account}:analyzer/{name}"
    asked.here.analyzers[name] = {
        "arn": arn,
        "name": name,
        "type": asked.given("type", "ACCOUNT"),
        "createdAt": asked.now,
        "status": "ACTIVE",
        "tags": dict(asked.given("tags", {})),
    }
    return {"arn": arn}


def list_analyzers(asked: Asked) -> Mapping[str, Any]:
    """Answer ListAnalyzers."""
    kind = asked.given("type")
    rows = list(asked.here.analyzers.values())
    return {"analyzers": [one for one in rows if kind is None or one["type"] == kind]}


def get_analyzer(asked: Asked) -> Mapping[str, Any] | Denial:
    """Answer GetAnalyzer."""
    found = asked.here.analyzers.get(str(asked.given("analyzerName", "")))
    return _none(asked) if found is None else {"analyzer": found}


def delete_analyzer(asked: Asked) -> Mapping[str, Any] | Denial:
    """Answer DeleteAnalyzer."""
    found = asked.here.analyzers.pop(str(asked.given("analyzerName", "")), None)
    return _none(asked) if found is None else {}


def no_findings(_: Asked) -> Mapping[str, Any]:
    """Answer ListFindings and its successor."""
    return {"findings": []}


def _none(asked: Asked) -> Denial:
    said = f"Analyzer {asked.given('analyzerName')} does not exist."
    return Denial(404, "ResourceNotFoundException", said)


SECURITY: Mapping[str, Own] = {
    "accessanalyzer:CreateAnalyzer": create_analyzer,
    "accessanalyzer:ListAnalyzers": list_analyzers,
    "accessanalyzer:GetAnalyzer": get_analyzer,
    "accessanalyzer:DeleteAnalyzer": delete_analyzer,
    "accessanalyzer:ListFindings": no_findings,
    "accessanalyzer:ListFindingsV2": no_findings,
}
