"""Writing and editing a knowledge article."""

from wtforms import IntegerField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from helpdesk.knowledge.article import BODY_LENGTH_MAX, TITLE_LENGTH_MAX
from helpdesk.web.forms import Form


class ArticleForm(Form):
    title = StringField(
        "Title",
        description="The words somebody with this problem would search for.",
        validators=[
            DataRequired("Give the article a title."),
            Length(max=TITLE_LENGTH_MAX, message=f"Shorten the title to {TITLE_LENGTH_MAX} characters."),
        ],
    )
    body = TextAreaField(
        "Text",
        description="Markdown: ## for a heading, - for a list, `code`, **bold**. "
        "Leave out names and whatever only this requester may know.",
        validators=[
            DataRequired("Write down what helps."),
            Length(max=BODY_LENGTH_MAX, message=f"Shorten the text to {BODY_LENGTH_MAX:,} characters."),
        ],
    )
    # The incident it is made from, the article and its version that were on the page.
    incident = IntegerField(validators=[Optional()])
    article = IntegerField(validators=[Optional()])
    seen_version = IntegerField(validators=[Optional()])
