"""Faults on demand strike what they match, and then stop."""

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.lab.aws.faults import Faults
from fireline.lab.clients import SUCCEEDED
from tests.lab.running import Running, make


def set_faults(running: Running, faults: object) -> httpx2.Response:
    url = f"{running.state.endpoint}/lab/faults"
    return httpx2.post(url, json=faults, trust_env=False)


def test_a_fault_strikes_what_it_matches_so_often_and_no_more(running: Running) -> None:
    caller = running.user("unlucky")
    fault = {"match": "iam:ListUsers", "code": "Throttling", "left": 2}
    assert set_faults(running, [fault]).json() == {"faults": 1}
    assert make(caller, "s3", "ListBuckets") == SUCCEEDED
    outcomes = [make(caller, "iam", "ListUsers") for _ in range(3)]
    assert outcomes == ["Throttling", "Throttling", SUCCEEDED]


@pytest.mark.parametrize("wrong", [[{"p": 2}], [{"colour": "red"}], {"match": "x"}])
def test_a_wrong_fault_is_refused_and_changes_nothing(running: Running, wrong: object) -> None:
    set_faults(running, [])
    assert set_faults(running, wrong).status_code == 422
    assert list(running.lab.faults.listing()) == []


def test_an_unknown_lever_is_not_found(running: Running) -> None:
    response = httpx2.get(f"{running.state.endpoint}/lab/nonsense", trust_env=False)
    assert response.status_code == 404


@given(seed=st.integers(), p=st.floats(0, 1), calls=st.integers(1, 40))
def test_the_same_seed_meets_the_same_faults(seed: int, p: float, calls: int) -> None:
    def struck() -> list[bool]:
        faults = Faults(seed)
        faults.replace([{"match": "iam:.*", "code": "Throttling", "p": p}])
        return [faults.strike("iam:ListUsers")[1] is not None for _ in range(calls)]

    assert struck() == struck()
