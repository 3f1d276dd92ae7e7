"""The forms by which an incident moves through its states."""

from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from helpdesk.incidents.lifecycle import ResolutionCode
from helpdesk.incidents.moving import FIX_LENGTH_MAX
from helpdesk.web.forms.incident import ChangeForm, number_or_none, options
from helpdesk.web.local_times import earlier_field, moment_field, zone_field

REASON_LENGTH_MAX = 500


def _reason(label: str) -> StringField:
    too_long = f"Shorten this to {REASON_LENGTH_MAX} characters."
    return StringField(label, validators=[Optional(), Length(max=REASON_LENGTH_MAX, message=too_long)])


def _status() -> SelectField:
    # Not checked against what is offered: one that was retired meanwhile is refused with a reason.
    return SelectField("Status", validators=[Optional()], validate_choice=False)


class PendingForm(ChangeForm):
    kind = RadioField("Waiting for", validators=[InputRequired("Choose what it waits for.")], validate_choice=False)
    until = moment_field(
        "Comes back at", "Needed unless it waits for the requester, whose answer brings it back earlier."
    )
    reason = _reason("Why")
    happened_at = earlier_field()
    zone = zone_field()


class StatusForm(ChangeForm):
    status = RadioField("Status", validators=[InputRequired("Choose a status.")], validate_choice=False)
    happened_at = earlier_field()
    zone = zone_field()


class ResolutionForm(ChangeForm):
    status = _status()
    code = SelectField(
        "How it ended",
        choices=options((code.value, code.label) for code in ResolutionCode),
        validators=[InputRequired("Choose how it ended.")],
    )
    cause_id = SelectField(
        "Kind of cause",
        coerce=number_or_none,
        validators=[Optional()],
        description="Whatever it was reported as.",
    )
    cause = TextAreaField(
        "Cause",
        description="Why it happened. “Not known” is an answer too.",
        validators=[
            InputRequired("Say why it happened. “Not known” is an answer too."),
            Length(max=FIX_LENGTH_MAX, message=f"Shorten this to {FIX_LENGTH_MAX:,} characters."),
        ],
    )
    text = TextAreaField(
        "What fixed it",
        description="The requester reads it, and so does the next person with this problem: say what you did.",
        validators=[
            InputRequired("Say what fixed it: the next person with this problem will be shown your words."),
            Length(max=FIX_LENGTH_MAX, message=f"Shorten this to {FIX_LENGTH_MAX:,} characters."),
        ],
    )
    restored_at = moment_field(
        "Service worked again at", "Often earlier than the record is done with. Empty: when it is resolved."
    )
    happened_at = earlier_field()
    zone = zone_field()


class ReopeningForm(ChangeForm):
    status = _status()
    reason = _reason("Why is it not fixed?")
    insists = BooleanField("Reopen it all the same")


class RestorationForm(ChangeForm):
    restored_at = moment_field("Service worked again at")
    how = _reason("How")
    zone = zone_field()


class WithdrawalForm(ChangeForm):
    reason = _reason("What does not work?")


class CallForm(ChangeForm):
    """Words that were spoken, on the phone or at the counter."""

    said_by = RadioField(
        "Who told whom",
        choices=options([("us", "We told the requester"), ("requester", "The requester told us")]),
        default="us",
        validators=[InputRequired("Choose who told whom.")],
    )
    text = TextAreaField(
        "What was said",
        description="Nothing is sent. The requester can read it on their tracking page.",
        validators=[InputRequired("Write down what was said.")],
    )
    happened_at = moment_field("When", "Empty: just now. An earlier time is marked as logged later.")
    zone = zone_field()
