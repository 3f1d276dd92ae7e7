"""The application a mailbox signs in by with OAuth 2.0, as the provider registered it."""

from wtforms import PasswordField, SelectField, StringField
from wtforms.validators import DataRequired, Length, Optional, Regexp

from helpdesk.mailboxes.oauth import Flow
from helpdesk.web.forms import Form, options

FLOWS = [
    (Flow.CONSENT.value, "Somebody consents once, in the name of the mailbox"),
    (Flow.APP.value, "The application by itself (client credentials, Microsoft 365)"),
]
TEXT = Length(max=1000, message="Shorten this to 1,000 characters.")
TENANT = Regexp(r"[A-Za-z0-9][A-Za-z0-9.-]*\Z", message="A tenant is an ID or a domain, such as example.com.")


class OAuthForm(Form):
    flow = SelectField("Who signs in", choices=options(FLOWS), default=Flow.CONSENT.value)
    client_id = StringField(
        "Client ID", description="Also called application ID.", validators=[DataRequired("Give the client ID."), TEXT]
    )
    client_secret = PasswordField(
        "Client secret",
        description="Stored sealed and never shown. Leave it empty to keep the one there is.",
        validators=[Optional(), TEXT],
    )
    tenant = StringField(
        "Tenant",
        description="Directory (tenant) ID or domain. Empty: any organization.",
        validators=[Optional(), TEXT, TENANT],
    )
    authorize_url = StringField(
        "Consent page", description="Its address at the provider.", validators=[Optional(), TEXT]
    )
    token_url = StringField("Token endpoint", validators=[Optional(), TEXT])
    scopes = StringField(
        "Scopes", description="With blanks between; offline_access where there is one.", validators=[Optional(), TEXT]
    )
