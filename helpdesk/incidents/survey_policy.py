"""Whether, how often and with what consequences requesters are asked how it went. Shown on the page of the survey."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

_ORDER = ("bad", "middling", "good")


class SurveyPolicy(BaseModel):
    """What a site decides about the survey; see `helpdesk.policies`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    is_on: bool = Field(
        True, title="Ask how it went", description="The letter that says an incident is closed asks, with three links."
    )
    days_between: int = Field(
        30,
        title="Days until the same person is asked again",
        ge=0,
        le=3650,
        description="However many of their incidents are closed meanwhile.",
    )
    open_days: int = Field(
        14,
        title="Days in which an answer can be given or changed",
        ge=1,
        le=365,
        description="Later the links only say thank you.",
    )
    low_from: Literal["bad", "middling"] = Field(
        "bad",
        title="What somebody should look at",
        description="An answer this low, or lower, stays on the feedback page until somebody has dealt with it.",
    )
    tells_assignee: bool = Field(
        True, title="Tell who had it", description="The assignee gets a notice of each low answer."
    )
    tells_leads: bool = Field(
        True, title="Tell the leads of the team", description="And so do the leads among the members of its team."
    )

    def is_low(self, score: str) -> bool:
        return _ORDER.index(score) <= _ORDER.index(self.low_from)
