"""What agents set about themselves, and their API tokens."""

from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from helpdesk.web.forms import Form, options

LASTING = [("30", "30 days"), ("90", "90 days"), ("365", "a year"), ("0", "until it is revoked")]


class ProfileForm(Form):
    name = StringField(
        "Name",
        description="Colleagues and requesters see it.",
        validators=[DataRequired("Give your name."), Length(max=200, message="Shorten your name.")],
    )
    signature = TextAreaField(
        "Signature",
        description="Stands below your replies.",
        validators=[Optional(), Length(max=2000, message="Shorten the signature to 2,000 characters.")],
    )


class TokenForm(Form):
    name = StringField(
        "What will use it",
        validators=[
            DataRequired("Name it after what will use it, so that you can revoke the right one."),
            Length(max=100, message="Shorten this to 100 characters."),
        ],
    )
    lasts_days = SelectField("It works for", choices=options(LASTING), default="90")
