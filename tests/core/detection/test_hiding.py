"""Credentials left in settings are told of and never kept."""

import base64
import json

from hypothesis import given
from hypothesis import strategies as st

from fireline.core.assets.aws.table import TABLE
from fireline.core.detection.hiding import hide

KEY = "AKIAIOSFODNN7EXAMPLE"


def test_user_data_is_hidden_and_what_it_held_is_told() -> None:
    script = f"#!/bin/sh\nexport AWS_ACCESS_KEY_ID={KEY}\n"
    config = {"InstanceId": "i-1", "UserData": base64.b64encode(script.encode()).decode()}
    kept = hide(config, ("UserData",))
    assert kept["Secrets"] == ["an AWS access key in line 2"]
    assert kept["UserData"] == f"(hidden, {len(config['UserData'])} characters)"
    assert kept["InstanceId"] == "i-1"


def test_variables_keep_their_names() -> None:
    config = {"Environment": {"Variables": {"DB_PASSWORD": "correct horse", "STAGE": "prod"}}}
    kept = hide(config, ("Environment.Variables",))
    assert kept["Secrets"] == ["a password in DB_PASSWORD"]
    assert kept["Environment"] == {
        "Variables": {
            "DB_PASSWORD": "(hidden, 13 characters)",
            "STAGE": "(hidden, 4 characters)",
        }
    }


def test_containers_keep_the_names_of_their_variables() -> None:
    environment = [{"name": "API_TOKEN", "value": "0123456789abcdef"}]
    config = {"containerDefinitions": [{"name": "web", "environment": environment}]}
    kept = hide(config, ("containerDefinitions.environment",))
    assert kept["Secrets"] == ["a password in API_TOKEN"]
    assert kept["containerDefinitions"] == [
        {
            "name": "web",
            "environment": [{"name": "API_TOKEN", "value": "(hidden, 16 characters)"}],
        }
    ]


def test_what_has_nothing_to_hide_stays_as_it_is() -> None:
    config = {"FunctionName": "resize"}
    assert hide(config, ("Environment.Variables",)) is config


def test_nothing_to_find_gives_an_empty_list() -> None:
    assert hide({"UserData": None}, ("UserData",)) == {"UserData": None, "Secrets": []}


@given(st.dictionaries(st.text(min_size=1), st.text(min_size=30), max_size=4))
def test_no_value_is_ever_kept(variables: dict[str, str]) -> None:
    kept = hide({"Environment": {"Variables": variables}}, ("Environment.Variables",))
    assert isinstance(kept["Environment"], dict)
    written = json.dumps(kept["Environment"]["Variables"])
    assert not any(json.dumps(value)[1:-1] in written for value in variables.values())


def test_the_table_hides_what_people_leave_secrets_in() -> None:
    hidden = {kind: row.hidden for kind, row in TABLE.items() if row.hidden}
    assert set(hidden) == {
        "aws.ec2.instance",
        "aws.ec2.launch_template",
        "aws.ecs.task_definition",
        "aws.lambda.function",
    }
