"""The models fireline reads are shorter than botocore's, and say the same."""

import fnmatch
from typing import Any, cast

import botocore.session
import pytest
from botocore.exceptions import UnknownServiceError

from fireline.connectors.aws.asked import asked_of
from fireline.connectors.aws.models import Asked, models
from fireline.core.assets.aws.table import TABLE

SERVICES = ["ec2", "iam", "rds", "s3", "sts"]
ASKED = asked_of(TABLE)
READING = ("Describe", "List", "Get", "AssumeRole", "Generate", "BatchGet")


def _model(service: str, *, short: bool, asked: Asked | None = None) -> Any:
    session = cast("Any", botocore.session.Session())
    if short:
        session.register_component("data_loader", models(asked))
    return session.create_client(service, region_name="eu-central-1").meta.service_model


def _members(shape: Any) -> Any:
    if shape.type_name != "structure":
        return None
    return {name: (one.type_name, one.serialization) for name, one in shape.members.items()}


@pytest.mark.parametrize("service", SERVICES)
def test_every_shape_has_the_type_and_members_it_has_in_botocores_own_model(service: str) -> None:
    short, whole = _model(service, short=True), _model(service, short=False)
    assert short.shape_names == whole.shape_names
    for name in whole.shape_names:
        ours, theirs = short.shape_for(name), whole.shape_for(name)
        assert ours.type_name == theirs.type_name, name
        assert ours.serialization == theirs.serialization, name
        assert _members(ours) == _members(theirs), name


def test_the_services_compared_are_ones_that_are_looked_at() -> None:
    assert {row.service for row in TABLE.values()} >= {*SERVICES} - {"sts"}


@pytest.mark.parametrize("service", sorted({service for service, _ in ASKED}))
def test_a_model_of_what_is_asked_says_of_it_what_the_whole_one_says(service: str) -> None:
    asked, whole = _model(service, short=True, asked=ASKED), _model(service, short=True)
    patterns = [pattern for of, pattern in ASKED if of == service]
    names = {name for one in patterns for name in fnmatch.filter(whole.operation_names, one)}
    assert set(asked.operation_names) == names
    assert all(fnmatch.filter(names, one) for one in patterns)
    for name in names:
        ours, theirs = asked.operation_model(name), whole.operation_model(name)
        for one, two in (
            (ours.input_shape, theirs.input_shape),
            (ours.output_shape, theirs.output_shape),
        ):
            assert _whole(one, set()) == _whole(two, set()), name
    assert set(asked.shape_names) <= set(whole.shape_names)


def test_looking_can_ask_for_nothing_that_changes_anything() -> None:
    assert [one for one in ASKED if not one[1].startswith(READING)] == []
    client = _model("ec2", short=True, asked=ASKED)
    assert "TerminateInstances" not in client.operation_names
    assert len(client.shape_names) < len(_model("ec2", short=True).shape_names) / 4


@pytest.mark.parametrize("of", ["service-2", "paginators-1", "endpoint-rule-set-1"])
def test_what_is_asked_and_there_is_known_and_nothing_else(of: str) -> None:
    known, every = models(ASKED).list_available_services(of), models().list_available_services(of)
    assert known == sorted({service for service, _ in ASKED} & set(every))
    assert len(known) < len(every)


def test_a_service_nobody_asks_is_unknown() -> None:
    with pytest.raises(UnknownServiceError):
        _model("polly", short=True, asked=ASKED)


def _whole(shape: Any, above: set[str]) -> Any:
    """Write a shape and all it is made of; one inside itself by its name."""
    if shape is None or shape.name in above:
        return shape and shape.name
    inner = {*above, shape.name}
    parts = (
        [(name, _whole(one, inner)) for name, one in shape.members.items()]
        if shape.type_name == "structure"
        else [
            _whole(getattr(shape, part), inner)
            for part in ("member", "key", "value")
            if hasattr(shape, part)
        ]
    )
    return shape.name, shape.type_name, sorted(shape.serialization.items()), parts
