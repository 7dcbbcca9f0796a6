"""The models fireline reads are shorter than botocore's, and say the same."""

from typing import Any, cast

import botocore.session
import pytest

from fireline.connectors.aws.models import models
from fireline.core.assets.aws.table import TABLE

SERVICES = ["ec2", "iam", "rds", "s3", "sts"]


def _model(service: str, *, short: bool) -> Any:
    session = cast("Any", botocore.session.Session())
    if short:
        session.register_component("data_loader", models())
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
