"""The form of a canned reply, with a box for each further language."""

from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from helpdesk.incidents.canned_replies import SHORTCUT_LENGTH_MAX, TEXT_LENGTH_MAX
from helpdesk.letters.languages import LANGUAGES
from helpdesk.web.forms.incident import number_or_none
from helpdesk.web.forms.shared import SharedForm

_TOO_LONG = Length(max=TEXT_LENGTH_MAX, message=f"Shorten the text to {TEXT_LENGTH_MAX:,} characters.")
_IN = "text_"


class CannedReplyForm(SharedForm):
    shortcut = StringField(
        "Shortcut",
        description="One word. Type / and this at the start of a line to put the text there.",
        validators=[Optional(), Length(max=SHORTCUT_LENGTH_MAX + 1, message="Choose a shorter word.")],
    )
    category = SelectField(
        "Category", description="It is offered first there.", coerce=number_or_none, validators=[Optional()]
    )
    text = TextAreaField("Text", validators=[InputRequired("Write the text."), _TOO_LONG])

    def variants(self) -> dict[str, str]:
        """The texts in other languages by their code; what is left empty is not in it."""
        return {code: words for code in LANGUAGES if (words := (self[_IN + code].data or "").strip())}

    def show_variants(self, texts: dict[str, str]) -> None:
        for code, words in texts.items():
            if _IN + code in self:
                self[_IN + code].data = words

    @property
    def languages(self) -> list[TextAreaField]:
        return [self[_IN + code] for code in LANGUAGES]


for _code, _language in LANGUAGES.items():
    setattr(CannedReplyForm, _IN + _code, TextAreaField(f"In {_language.name}", validators=[Optional(), _TOO_LONG]))
