import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.signals.formats.prometheus import (
    Episode,
    PrometheusAlert,
    annotations_in,
    fingerprint,
    labels_in,
    notice_of,
)
from fireline.core.signals.notice import MAX_LABELS, Status

FIRING = Episode(Status.FIRING, None)
NAMES = st.from_regex(r"[a-z_]{1,8}", fullmatch=True)
WORDS = (
    st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1)
    .map(str.strip)
    .filter(bool)
)


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        # As Alertmanager 0.25 wrote them.
        (
            {"alertname": "DiskFull", "instance": "db1:9100", "severity": "critical"},
            "efb0c6c488e007da",
        ),
        ({"a": "b"}, "d2b371819297f98a"),
        ({"good": "1"}, "e6fe083e5f502179"),
        ({"a": "\x00"}, "d3f3718193a8507c"),
    ],
)
def test_an_alert_has_the_fingerprint_alertmanager_gives_it(labels: dict[str, str], expected: str):
    assert fingerprint(labels) == expected
    assert fingerprint(dict(reversed(labels.items()))) == expected


def test_people_read_the_annotations_and_find_the_rest():
    alert = PrometheusAlert(
        {"alertname": "DiskFull", "instance": "db1:9100", "severity": "page", "team": "storage"},
        {
            "summary": "Disk almost full",
            "description": "99 %",
            "runbook_url": "https://runbooks/disk",
            "dashboard": "https://grafana/d/1",
            "hint": "delete logs",
        },
        "http://prometheus/graph",
    )
    notice = notice_of(alert, FIRING, more="2 more")
    assert (notice.title, notice.kind, notice.team) == ("Disk almost full", "DiskFull", "storage")
    assert notice.description == "99 %\n\n2 more"
    assert notice.runbook == "https://runbooks/disk"
    assert notice.priority.name == "P1"
    assert [link.href for link in notice.links] == [
        "http://prometheus/graph",
        "https://grafana/d/1",
    ]
    assert notice.labels["annotation:hint"] == "delete logs"
    assert notice.labels["instance"] == "db1:9100"


def test_an_alert_without_words_is_called_by_its_labels():
    def title(labels: dict[str, str]) -> str:
        return notice_of(PrometheusAlert(labels), FIRING).title

    assert title({"alertname": "Up"}) == "Up"
    assert title({"job": "a", "instance": "b"}) == "instance=b, job=a"
    assert title({}) == "An alert without a name"


def test_labels_end_somewhere_and_hold_no_nul():
    notice = notice_of(PrometheusAlert({f"l{n}": "\x00" for n in range(400)}), FIRING)
    assert len(notice.labels) == MAX_LABELS
    assert set(notice.labels.values()) == {"\ufffd"}


@given(
    st.dictionaries(NAMES, WORDS, min_size=1, max_size=5),
    st.dictionaries(
        st.sampled_from(["summary", "description", "message", "runbook_url", "hint"]), WORDS
    ),
)
def test_labels_and_annotations_come_back_as_they_were(
    labels: dict[str, str], annotations: dict[str, str]
):
    notice = notice_of(PrometheusAlert(labels, annotations), FIRING)
    assert labels_in(notice.labels) == labels
    found = annotations_in(notice.labels, title=notice.title, description=notice.description)
    silent = PrometheusAlert(
        labels, {k: v for k, v in annotations.items() if k not in {"summary", "description"}}
    )
    same = notice_of(silent, FIRING)
    # A summary that says what the name says anyway is not told from none.
    told = {
        name: text
        for name, text in annotations.items()
        if not (name == "summary" and text == same.title)
        and not (name == "description" and text == same.description)
    }
    assert found == dict(sorted(told.items()))
