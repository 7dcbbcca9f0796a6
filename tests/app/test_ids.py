from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

from fireline.app.ids import FreshIds


def test_ids_are_of_version_7_and_in_the_order_they_were_made():
    ids = FreshIds()
    made = [ids.fresh() for _ in range(10_000)]
    assert all(one < other for one, other in pairwise(made))
    assert {(one.version, one.variant) for one in made} == {(7, "specified in RFC 4122")}


def test_ids_go_on_in_order_when_the_clock_goes_back(monkeypatch):
    ids = FreshIds()
    hour = 3_600_000_000_000
    told = iter([10 * hour, 9 * hour, 11 * hour])
    monkeypatch.setattr("fireline.app.ids.time.time_ns", lambda: next(told))
    first, second, third = ids.fresh(), ids.fresh(), ids.fresh()
    assert first < second < third


def test_threads_never_get_the_same_id():
    ids = FreshIds()
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda _: ids.fresh(), range(4_000)))
    assert len(set(made)) == 4_000


def test_tokens_have_256_random_bits():
    ids = FreshIds()
    made = {ids.token() for _ in range(1_000)}
    assert len(made) == 1_000
    assert all(len(token) == 43 for token in made)
