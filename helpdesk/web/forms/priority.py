"""Impact and urgency of one incident, beside what the desk proposes."""

from wtforms import IntegerField, RadioField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from helpdesk.incidents.incident import REASON_LENGTH_MAX
from helpdesk.incidents.prioritization import Proposal
from helpdesk.incidents.priority import PEOPLE_MAX, Impact, PriorityPolicy, Urgency
from helpdesk.web.forms import options
from helpdesk.web.forms.incident import ChangeForm

AS_PROPOSED = 0
PEOPLE = f"Give a number of people from 1 to {PEOPLE_MAX:,}."
REASON_LENGTH = f"Shorten the reason to {REASON_LENGTH_MAX:,} characters."


def impact_choices(decided: PriorityPolicy, proposed: str) -> list[tuple[int, str]]:
    """“As proposed” first, then the levels, from high to low."""
    return [(AS_PROPOSED, proposed), *((level.value, decided.impact_name(level)) for level in Impact)]


def urgency_choices(decided: PriorityPolicy) -> list[tuple[int, str]]:
    """The levels from high to low, with what a reporter says."""
    return [(level.value, f"{decided.urgency_name(level)}: “{decided.answers[level - 1]}”") for level in Urgency]


class PriorityForm(ChangeForm):
    people = IntegerField(
        "People affected",
        [InputRequired(PEOPLE), NumberRange(1, PEOPLE_MAX, PEOPLE)],
        description="Whoever reported it counts by themselves; correct it when you know better.",
    )
    impact = RadioField("Impact", coerce=int, validators=[InputRequired("Choose how much is hit.")])
    urgency = RadioField("Urgency", coerce=int, validators=[InputRequired("Choose how soon it hurts.")])
    reason = StringField(
        "Reason",
        [Length(max=REASON_LENGTH_MAX, message=REASON_LENGTH)],
        description="Needed where you choose otherwise than proposed. It is kept and counted.",
    )

    def offer(self, decided: PriorityPolicy, proposed: Proposal) -> None:
        """Fills the choices; what is proposed is named."""
        words = f"As proposed, {decided.impact_name(proposed.impact).lower()} for now"
        self.impact.choices = options(impact_choices(decided, words))
        self.urgency.choices = options(urgency_choices(decided))
