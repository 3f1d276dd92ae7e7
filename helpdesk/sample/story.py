"""Tells one incident from a scenario, step by step and in time order. Used by `history` and `bulk` only."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from . import wording
from .cast import MEMBERS, PRIVATE
from .company import Agent, Requester
from .incident import SampleIncident, Source, Step, StepKind
from .scenario import Code, Report, Scenario
from .working_time import into_waking_hours, into_working_hours

PACE = {1: 0.35, 2: 1.0, 3: 2.5}  # how much faster or slower the desk is, by urgency
CLOSED_AFTER_DAYS = 5


@dataclass(slots=True)
class Story:
    """A story under way. Each verb adds its steps and moves `at` on."""

    rng: Random
    scenario: Scenario
    report: Report
    person: Requester
    agent: Agent
    source: Source
    at: datetime
    repeated: bool = False
    subject: str = ""
    steps: list[Step] = field(default_factory=list)
    filled: dict[str, str] = field(default_factory=dict)

    def reported(self) -> None:
        """The message that opens it; a report told before gets a detail of its own."""
        self.filled = wording.slots(self.rng, self.person, self.agent)
        self.subject = self._fill(self.report.subject)
        body = self._fill(self.report.body)
        if self.repeated and self.source != "agent":
            self.subject += f" - {self.person.place}" if self.rng.random() < 0.5 else ""
            body = (
                wording.sentence(body) + " " + self._fill(wording.detail(self.rng, self.person, self.report.language))
            )
        self._add("message", self.person.address, self._as_sent(body))

    def chased(self) -> None:
        """The requester asks again before anybody has taken it."""
        self._awake(90, 600)
        self._add("message", self.person.address, self._pick(wording.CHASERS[self.report.language]))

    def taken(self) -> None:
        """Assigned to who works it, now and then by way of the service desk."""
        team = self.scenario.filing.team
        if team != "service-desk" and team not in PRIVATE and self.rng.random() < 0.15:
            self._handed_over()
        self._at_work(4, 90)
        by = self.agent if team in PRIVATE or self.rng.random() < 0.7 else MEMBERS["service-desk"][1]
        self._add("assign", by.address, assignee=self.agent.address, team=team)

    def acknowledged(self) -> None:
        self._at_work(2, 40)
        text = wording.acknowledgement(self.rng, self.person, self.report.language)
        self._add("reply", self.agent.address, text.format_map(self.filled))

    def asked(self) -> None:
        """The agent asks what the scenario asks, and waits for the requester."""
        self._at_work(5, 60)
        question = self._fill(self.scenario.exchanges[0].question)
        self._add(
            "reply", self.agent.address, f"Hello {self.person.first_name},\n\n{question}\n\n{self.agent.first_name}"
        )
        self.at += timedelta(seconds=5)
        self._add("wait_for_requester", self.agent.address)

    def answered(self) -> None:
        self._awake(12, 400)
        self._add("message", self.person.address, self._fill(self.scenario.exchanges[0].answer))

    def noted(self) -> None:
        self._at_work(5, 120)
        self._add("note", self.agent.address, self._fill(self.rng.choice(self.scenario.notes)))

    def waited(self, days: int) -> None:
        """Waits for somebody else for some days; the next step comes after that."""
        self._at_work(10, 120)
        until = into_working_hours(self.at.replace(hour=9, minute=0, second=0) + timedelta(days=days))
        reason = "Waiting for " + self._fill(self.scenario.waits_for) + "."
        self._add("wait_for_other", self.agent.address, reason, until=until)
        self.at = until

    def resolved(self) -> None:
        self._at_work(40, 600)
        fixes = self.scenario.fixes
        text = fixes[self.scenario.reports.index(self.report) % len(fixes)]
        self._resolve(self.scenario.code, text)

    def relapsed(self) -> None:
        """It is back: the requester says no to the resolution, by mail or by its link."""
        relapse = self.scenario.relapse
        if relapse is None:
            raise ValueError(f"scenario {self.scenario.key} has no relapse to tell")
        self._awake(200, 3000)
        kind: StepKind = self.rng.choice(("message", "reopen"))
        self._add(kind, self.person.address, self._fill(relapse.message))

    def mended_for_good(self) -> None:
        relapse = self.scenario.relapse
        if relapse is None:
            raise ValueError(f"scenario {self.scenario.key} has no relapse to mend")
        self._at_work(5, 60)
        self._add("reply", self.agent.address, self._pick(wording.SORRY_AGAIN))
        self._later(1500, 4300)
        self.at = into_working_hours(self.at)
        self._resolve("fixed", relapse.fix)

    def confirmed(self) -> None:
        self._awake(15, 1500)
        self._add("confirm", self.person.address, self._pick(wording.THANKS[self.report.language]))

    def closed(self) -> None:
        """Nobody said anything for some days."""
        self.at += timedelta(days=CLOSED_AFTER_DAYS)
        self._add("close", self.agent.address)

    def told(self, now: datetime) -> SampleIncident:
        """The incident as it stands at `now`: later steps have not happened yet."""
        steps = _until(self.steps, now)
        filing = self.scenario.filing
        assigned = [step.assignee for step in steps if step.kind == "assign"]
        return SampleIncident(
            scenario=self.scenario.key,
            requester=self.person.address,
            requester_name=self.person.name,
            source=self.source,
            subject=self.subject,
            opened_at=self.steps[0].at,
            service=filing.service,
            category=filing.category,
            team=filing.team,
            assignee=assigned[-1] if assigned else None,
            impact=filing.impact,
            urgency=filing.urgency,
            steps=steps,
        )

    def _as_sent(self, body: str) -> str:
        if self.source == "agent":
            return f"By phone from {self.person.name}, {self.person.place}:\n\n{body}"
        if self.source == "form":
            return body
        return wording.as_mail(self.rng, body, self.person, self.report.language, self.filled)

    def _handed_over(self) -> None:
        first = self.rng.choice([agent for agent in MEMBERS["service-desk"] if agent != self.agent])
        self._at_work(4, 60)
        self._add("assign", first.address, assignee=first.address, team="service-desk")
        self._at_work(10, 60)
        self._add("note", first.address, self._pick(wording.HANDOVERS))

    def _resolve(self, code: Code, fix: str) -> None:
        text = f"{self._fill(fix)} {self._pick(wording.CHECKED)}".strip()
        self._add("resolve", self.agent.address, text, code=code, cause=self._fill(self.scenario.cause))

    def _fill(self, text: str) -> str:
        return wording.fill(text, self.filled)

    def _pick(self, texts: tuple[str, ...]) -> str:
        return self.rng.choice(texts).format_map(self.filled)

    def _add(
        self,
        kind: StepKind,
        by: str,
        text: str = "",
        *,
        assignee: str | None = None,
        team: str | None = None,
        code: Code | None = None,
        cause: str = "",
        until: datetime | None = None,
    ) -> None:
        self.steps.append(Step(self.at, kind, by, text, assignee, team, code, cause, until))

    def _later(self, least_minutes: float, most_minutes: float) -> None:
        minutes = least_minutes * (most_minutes / least_minutes) ** self.rng.random()
        self.at += timedelta(seconds=int(minutes * 60))

    def _awake(self, least_minutes: float, most_minutes: float) -> None:
        self._later(least_minutes, most_minutes)
        self.at = into_waking_hours(self.at)

    def _at_work(self, least_minutes: float, most_minutes: float) -> None:
        pace = PACE[self.scenario.filing.urgency]
        self._later(least_minutes * pace, most_minutes * pace)
        self.at = into_working_hours(self.at)


def _until(steps: list[Step], now: datetime) -> tuple[Step, ...]:
    happened = [step for step in steps if step.at <= now]
    last = happened[-1]
    if last.kind == "wait_for_other" and last.until is not None and last.until <= now:
        happened.pop()  # it would have woken already
    return tuple(happened)
