"""What is to become of a mail, and why: the words between matching, filing, the dry run and the pages."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from intake.trust import UNKNOWN, Trust


class Outcome(StrEnum):
    NEW = "new"
    JOIN = "join"
    ADVICE = "advice"  # a third party's answer to a consultation: joins, unseen by the requester
    AGENT = "agent"  # an agent's answer from their own mail client: acts for them
    BOUNCE = "bounce"
    HOLD = "hold"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class Decision:
    """`rule` names what decided; `evidence` says why in sentences for an agent, the last being the reason.

    `incident_id` for what joins, and for a HOLD that would have joined; `follow_up_of`: a NEW one continues that
    incident; `agent_id`: for AGENT, who acts, and for NEW, who forwarded it; `sender_check`: in what way the sender
    takes part."""

    outcome: Outcome
    rule: str
    evidence: tuple[str, ...]
    incident_id: int | None = None
    bounced_message_id: str | None = None
    follow_up_of: int | None = None
    agent_id: int | None = None
    acts_as: str | None = None
    sender_check: str = ""
    trust: Trust = field(default=UNKNOWN)

    @property
    def reason(self) -> str:
        return self.evidence[-1] if self.evidence else ""

    def as_json(self) -> dict[str, Any]:
        lists = {"evidence": list(self.evidence), "trust": self.trust.as_json()}
        return asdict(self) | {"outcome": self.outcome.value} | lists
