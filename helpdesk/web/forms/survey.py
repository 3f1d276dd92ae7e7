"""The forms of the survey: what a requester says, and how an administrator sets it up."""

from wtforms import BooleanField, IntegerField, RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from helpdesk.incidents.survey import COMMENT_LENGTH_MAX, Score
from helpdesk.incidents.survey_policy import SurveyPolicy
from helpdesk.web.forms import Form, options

WORDS = {Score.GOOD: "Good", Score.MIDDLING: "Middling", Score.BAD: "Bad"}
LOW = [("bad", "Bad only"), ("middling", "Middling and bad")]


class RatingForm(Form):
    """One choice, and words if they like."""

    score = RadioField(
        "How did we do?",
        [InputRequired("Choose one of the three.")],
        choices=options([(one.value, words) for one, words in WORDS.items()]),
    )
    comment = TextAreaField(
        "Anything you would like to add?",
        [Optional(), Length(max=COMMENT_LENGTH_MAX, message="Shorten it to %(max)d characters.")],
        description="Agents of the desk read it.",
    )


def _told(name: str) -> dict[str, str]:
    field = SurveyPolicy.model_fields[name]
    return {"label": field.title or name, "description": field.description or ""}


class SurveyPolicyForm(Form):
    """The members of `SurveyPolicy`, worded there."""

    is_on = BooleanField(**_told("is_on"))
    days_between = IntegerField(
        validators=[InputRequired("Enter a number."), NumberRange(0, 3650)], **_told("days_between")
    )
    open_days = IntegerField(validators=[InputRequired("Enter a number."), NumberRange(1, 365)], **_told("open_days"))
    low_from = SelectField(choices=options(LOW), **_told("low_from"))
    tells_assignee = BooleanField(**_told("tells_assignee"))
    tells_leads = BooleanField(**_told("tells_leads"))
