"""Asking another vendor for its lists: page by page, patiently, and only at one address."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fireline.connectors.foreign_http import HttpFetch
from fireline.core.values.secret import Secret
from fireline.ports.foreign import ForeignAbsent, ForeignRefuses, ForeignSilent
from tests.importing.bringing import command
from tests.importing.grafana_account import grafana
from tests.importing.opsgenie_account import opsgenie
from tests.importing.pagerduty_account import pagerduty
from tests.importing.vendors import KEY, Fault, Vendor, serving


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    with serving(Vendor(lambda path, _, __: {"path": path}, KEY)) as one:
        yield one


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def fetch(vendor: Vendor, waits: list[float]) -> Iterator[HttpFetch]:
    opened = HttpFetch(vendor.url, {"Authorization": Secret(KEY)}, wait=waits.append)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("source", "vendor", "path", "pages"),
    [
        ("opsgenie", opsgenie(), "/v2/users", 2),
        ("pagerduty", pagerduty(), "/users", 2),
        ("grafana-oncall", grafana(), "/api/v1/escalation_policies/", 6),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_page_of_a_list_is_read(
    source: str, vendor: Vendor, path: str, pages: int, tmp_path: Path
):
    with serving(vendor):
        result = command(source, "--report", tmp_path / "report.json", vendor=vendor)
    assert result.exit_code == 0, result.output
    assert vendor.times_asked(path) == pages
    told = json.loads((tmp_path / "report.json").read_text("utf-8"))
    users = [one["id"] for one in told["things"] if one["kind"] == "user"]
    assert len(set(users)) == {"opsgenie": 4, "pagerduty": 3, "grafana-oncall": 4}[source]


def test_it_waits_as_long_as_it_is_asked_to(fetch: HttpFetch, vendor: Vendor, waits: list[float]):
    vendor.faults += [
        Fault(429, {"Retry-After": "7"}),
        Fault(429, {"X-RateLimit-Period-In-Sec": "60"}),
        Fault(
            503,
            {
                "Date": "Sat, 21 Nov 2026 10:00:00 GMT",
                "Retry-After": "Sat, 21 Nov 2026 10:00:30 GMT",
            },
        ),
    ]
    assert fetch.get("users") == {"path": "/users"}
    assert waits == [7.0, 60.0, 30.0]


def test_it_waits_longer_each_time_when_nobody_says_how_long(
    fetch: HttpFetch, vendor: Vendor, waits: list[float]
):
    vendor.faults += [Fault(500)] * 8
    with pytest.raises(ForeignSilent, match="after 8 tries: it answers 500"):
        fetch.get("users")
    assert waits == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0]


def test_a_wait_of_an_hour_is_told_instead_of_waited(
    fetch: HttpFetch, vendor: Vendor, waits: list[float]
):
    vendor.faults.append(Fault(429, {"Retry-After": "3600"}))
    with pytest.raises(ForeignSilent, match="asks to wait 3600 seconds"):
        fetch.get("users")
    assert waits == []


def test_an_answer_that_was_cut_short_is_asked_for_again(
    fetch: HttpFetch, vendor: Vendor, waits: list[float]
):
    vendor.faults.append(Fault(cut=True))
    assert fetch.get("users") == {"path": "/users"}
    assert len(vendor.asked) == 2


def test_answers_that_are_always_cut_short_end_in_a_sentence(vendor: Vendor, fetch: HttpFetch):
    vendor.faults += [Fault(cut=True)] * 8
    with pytest.raises(ForeignSilent, match="RemoteProtocolError"):
        fetch.get("users")


def test_a_redirect_is_not_followed_and_the_key_goes_nowhere_else(fetch: HttpFetch, vendor: Vendor):
    with serving(Vendor(lambda *_: {}, KEY)) as other:
        vendor.faults.append(Fault(302, {"Location": f"{other.url}/users"}))
        with pytest.raises(ForeignRefuses, match="answers 302"):
            fetch.get("users")
        assert other.asked == []


def test_what_is_not_there_is_said_to_be_absent(fetch: HttpFetch, vendor: Vendor):
    vendor.faults.append(Fault(404))
    with pytest.raises(ForeignAbsent):
        fetch.get("users")


def test_only_the_number_of_a_next_page_is_taken_never_its_address():
    other: list[str] = []

    def answer(path: str, query: Any, url: str) -> Any:
        if path != "/v2/users":
            return {"data": []}
        following = f"http://127.0.0.1:9/steal?offset={int(query['offset']) + 1}"
        last = int(query["offset"]) == 2
        other.append(query["offset"])
        return {"data": [], "paging": {} if last else {"next": following}}

    with serving(Vendor(answer, f"GenieKey {KEY}")) as vendor:
        assert command("opsgenie", vendor=vendor).exit_code == 0
    assert other == ["0", "1", "2"]


def test_a_key_that_is_not_let_in_is_told_without_the_key():
    with serving(Vendor(lambda *_: {}, "another key")) as vendor:
        result = command("opsgenie", vendor=vendor)
    assert result.exit_code == 4
    assert "does not let this key in (401). Use a key that may read everything." in result.stderr
    assert KEY not in result.output


def test_a_key_that_would_travel_in_the_clear_is_told_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("fireline.connectors.foreign_http.fetch.TRIES", 1)
    nowhere = Vendor(lambda *_: {}, "", url="http://on-call.invalid")
    result = command("opsgenie", vendor=nowhere)
    assert "http://on-call.invalid is not https, so the key travels unencrypted" in result.stderr
    assert result.exit_code == 3


def test_nobody_listening_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("fireline.connectors.foreign_http.fetch.TRIES", 1)
    result = command("opsgenie", vendor=Vendor(lambda *_: {}, "", url="http://127.0.0.1:9"))
    assert result.exit_code == 3
    assert "http://127.0.0.1:9/v2/account does not answer as it should" in result.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--key", "env:NOT_THERE"), "There is no secret at env:NOT_THERE."),
        (("--key", "plain-secret"), "A secret is named by a reference, and this is none."),
        ((), "Without --key fireline cannot read Opsgenie."),
        (("--key", "env:VENDOR_KEY", "--api-url", "ftp://x"), "ftp://x is not an address."),
        (("--export", "/nowhere/x.json"), "/nowhere/x.json: No such file or directory."),
    ],
)
def test_words_that_lead_nowhere_are_told(words: tuple[str, ...], says: str):
    result = command("opsgenie", *words)
    assert result.exit_code != 0
    assert says in result.stderr
    assert "Traceback" not in result.output
    assert "plain-secret" not in result.output


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "is no JSON, or was cut short"),
        ("[]", "is not what `fireline import` saves"),
        ('{"fireline-import": 1, "source": "pagerduty"}', "was read from pagerduty"),
        ('{"fireline-import": 1, "source": "opsgenie"}', "does not say when it was read"),
    ],
)
def test_a_file_that_was_not_saved_by_an_import_is_refused(tmp_path: Path, text: str, says: str):
    (tmp_path / "x.json").write_text(text, "utf-8")
    result = command("opsgenie", "--export", tmp_path / "x.json")
    assert result.exit_code == 2
    assert says in result.stderr


def test_a_folder_of_json_files_is_an_export_too(tmp_path: Path):
    (tmp_path / "users").mkdir()
    user = {"id": "u1", "username": "ana@example.com", "fullName": "Ana", "timeZone": "UTC"}
    (tmp_path / "users" / "ana.json").write_text(json.dumps({"data": user}), "utf-8")
    (tmp_path / "teams.json").write_text(json.dumps([{"id": "t1", "name": "Empty"}]), "utf-8")
    result = command("opsgenie", "--export", tmp_path, "--report", tmp_path / "r.json")
    assert result.exit_code == 0, result.output
    told = json.loads((tmp_path / "r.json").read_text("utf-8"))["things"]
    assert [(one["name"], one["outcome"]) for one in told] == [
        ("ana@example.com", "imported"),
        ("Empty", "left out"),
    ]


def test_a_folder_that_holds_no_export_is_told(tmp_path: Path):
    result = command("opsgenie", "--export", tmp_path)
    assert result.exit_code == 2
    assert "holds no export" in result.stderr


def test_odd_answers_make_notes_and_never_a_fault(tmp_path: Path):
    odd: Any = {
        "users": [
            {"id": 7, "username": None, "timeZone": "Mars/Base", "contacts": "none"},
            3,
            None,
        ],
        "teams": [{"id": "t", "name": "T", "members": [{"user": []}, "x"], "routingRules": [{}]}],
        "schedules": [
            {
                "id": "s",
                "name": "\u202e\x07" * 300,
                "timezone": 5,
                "rotations": [
                    {"startDate": "soon", "participants": [{"type": "user", "id": "x"}]},
                    {
                        "startDate": "2026-01-01T00:00:00Z",
                        "type": "weekly",
                        "length": -4,
                        "participants": [{"type": "user", "id": "7"}],
                        "timeRestriction": {
                            "type": "weekday-and-time-of-day",
                            "restrictions": [{"startDay": "noday", "endHour": 99}],
                        },
                    },
                ],
                "overrides": [{"alias": "x", "startDate": "2026-01-02", "endDate": "2026-01-01"}],
            }
        ],
        "escalations": [{"id": "e", "rules": [{"delay": "x", "recipient": {"type": "user"}}]}],
    }
    for name, said in odd.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(said), "utf-8")
    result = command("opsgenie", "--export", tmp_path, "--into", tmp_path / "plan")
    assert "fault of the command line" not in result.output
    assert result.exit_code in {0, 2}
    assert "\x07" not in result.output
