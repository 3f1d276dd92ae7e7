"""What an agent says about a held mail: which incident it belongs to, who its requester is, who its sender is to us."""

from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import DataRequired, Length

from helpdesk.people.requester import ADDRESS_LENGTH_MAX
from helpdesk.web.forms import Form


class AttachForm(Form):
    incident = StringField(
        "Incident",
        description="Choose one above, or give its number.",
        validators=[DataRequired("Choose the incident it belongs to, or give its number.")],
    )
    takes_part = BooleanField("Let this sender take part from now on")


class AcceptForm(Form):
    """Both empty: of its sender."""

    address = StringField("Requester's address", validators=[Length(max=ADDRESS_LENGTH_MAX)])
    name = StringField("Requester's name", validators=[Length(max=200)])


class SenderForm(Form):
    """`scope` is address or domain."""

    verdict = HiddenField()
    scope = HiddenField()


class SenderRuleForm(Form):
    address = StringField(
        "Address or domain",
        description="name@example.org, or @example.org for everybody there.",
        validators=[DataRequired("Give an address, or a domain that begins with @."), Length(max=ADDRESS_LENGTH_MAX)],
    )
    note = StringField("Why", description="For colleagues who wonder later.", validators=[Length(max=500)])
