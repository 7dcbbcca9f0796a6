"""A bad deploy, told by four tools at once: one alert, its owner paged once, the deploy named."""

from pathlib import Path

import httpx2

from fireline.core.values.priority import Priority
from fireline.usecases import changes, plans
from fireline.usecases.alert_views import AlertView
from tests.intake.taking import Intake, taking, until

SERVICE = "name: {0}\nowner: platform\nescalation: platform\ntier: 2\nprotected: false\n"
FILES = {
    "services/orders-db.yaml": SERVICE.format("Orders database"),
    "services/orders-api.yaml": SERVICE.format("Orders API") + "depends_on: [orders-db]\n",
    "services/web.yaml": SERVICE.format("Web shop front") + "depends_on: [orders-api]\n",
    "services/reports.yaml": SERVICE.format("Reports"),
}


async def test_four_tools_tell_of_one_bad_deploy_and_people_hear_of_one_alert(
    database_dsn: str, tmp_path: Path
):
    async with (
        taking(database_dsn, tmp_path, files=FILES) as intake,
        httpx2.AsyncClient(base_url=intake.url, trust_env=False) as http,
    ):
        evening = Evening(intake, http)
        await evening.connect()
        await evening.deploy("orders-api", "v42")
        await evening.prometheus("HighErrorRate", "orders-api", "critical")
        await evening.pagerduty("p99 latency over 2 s", "orders-api")
        await evening.opsgenie("Checkout journey fails", "web")
        await evening.prometheus("UpstreamTimeouts", "web", "warning")
        await evening.pagerduty("Nightly backup failed", "reports")
        alert = await evening.whole()
        assert (alert.service, alert.team) == ("orders-api", "platform")
        assert set(alert.sources) == {"prometheus", "pagerduty", "opsgenie"}
        assert len([page for page in alert.pages if page.step == 1]) == 1
        assert all(one.because for one in alert.symptoms)
        suspect = await evening.first_suspect(alert)
        assert (suspect.change.service, suspect.change.revision) == ("orders-api", "v42")
        assert suspect.reasons
        reports = await intake.until_alert(lambda one: one.service == "reports")
        assert reports.number != alert.number
        await evening.ends()
        over = await intake.until_alert(
            lambda one: one.number == alert.number and one.state == "resolved"
        )
        assert over.resolved_at is not None


class Evening:
    """The tools of a small team, each as it posts."""

    def __init__(self, intake: Intake, http: httpx2.AsyncClient) -> None:
        self.intake = intake
        self.http = http
        self.keys: dict[str, str] = {}
        self.firing: list[dict[str, str]] = []

    async def connect(self) -> None:
        for tool, format_ in (
            ("prometheus", "alertmanager"),
            ("pagerduty", "pagerduty"),
            ("opsgenie", "opsgenie"),
            ("ci", "deploy"),
        ):
            self.keys[tool] = await self.intake.source(format_, name=tool)

    async def deploy(self, service: str, version: str) -> None:
        said = {"service": service, "version": version, "actor": "ana", "planned": True}
        await self._post(f"/integrations/deploy/{self.keys['ci']}", said)

    async def prometheus(self, name: str, service: str, severity: str) -> None:
        labels = {"alertname": name, "service": service, "severity": severity}
        self.firing.append(labels)
        bearer = {"Authorization": f"Bearer {self.keys['prometheus']}"}
        said = [{"labels": labels, "annotations": {"summary": f"{name} on {service}"}}]
        await self._post("/api/v2/alerts", said, bearer)

    async def pagerduty(self, summary: str, service: str, action: str = "trigger") -> None:
        payload = {
            "summary": summary,
            "source": f"probe.{service}",
            "severity": "error",
            "custom_details": {"service": service},
        }
        said = {
            "routing_key": self.keys["pagerduty"],
            "event_action": action,
            "dedup_key": summary,
            "payload": payload,
        }
        await self._post("/v2/enqueue", said)

    async def opsgenie(self, message: str, service: str) -> None:
        said = {"message": message, "alias": message, "details": {"service": service}}
        await self._post("/v2/alerts", said, self._genie())

    async def whole(self) -> AlertView:
        """Wait until the alert has everything in it and somebody is told."""

        async def look() -> AlertView | None:
            for line in await self.intake.alerts("firing"):
                view = await self.intake.view(line.number)
                if view.symptom_count == 4 and view.pages:
                    return view
            return None

        found: AlertView = await until(look)
        assert found.priority is Priority.P1
        return found

    async def first_suspect(self, alert: AlertView) -> changes.SuspectView:
        async with self.intake.fireline.house.transaction() as tx:
            ranked = await changes.suspects_of_alert(tx, await plans.current(tx), alert.id)
        return ranked[0]

    async def ends(self) -> None:
        """Let every tool say that it is over."""
        bearer = {"Authorization": f"Bearer {self.keys['prometheus']}"}
        for labels in self.firing:
            over = {"labels": labels, "endsAt": "2026-01-01T00:00:00Z"}
            await self._post(
                "/api/v2/alerts", [{**over, "startsAt": "2025-12-31T23:00:00Z"}], bearer
            )
        await self.pagerduty("p99 latency over 2 s", "orders-api", "resolve")
        closing = "/v2/alerts/Checkout%20journey%20fails/close?identifierType=alias"
        await self._post(closing, {}, self._genie())

    def _genie(self) -> dict[str, str]:
        return {"Authorization": f"GenieKey {self.keys['opsgenie']}"}

    async def _post(self, path: str, said: object, headers: dict[str, str] | None = None) -> None:
        answer = await self.http.post(path, json=said, headers=headers)
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
