"""What the ledger is narrowed down to, and the mail of a dry run. Anything odd in the address means no narrowing."""

from datetime import UTC, datetime, time, timedelta

from wtforms import DateField, FileField, SearchField, SelectField, StringField, TextAreaField

from helpdesk.web.forms import Form, options
from intake.ledger import LedgerState
from intake.ledger_search import LedgerFilter

NUMBER_MAX = 2**53


class LedgerForm(Form):
    """`state` comes from the tabs; `before` is the cursor."""

    q = SearchField("Words, INC-42 or <Message-ID>", render_kw={"placeholder": "Words, INC-42 or <Message-ID>"})
    state = SearchField()
    mailbox = SelectField("Mailbox", coerce=str, default="", validate_choice=False)
    until = DateField("Up to")
    before = SearchField()

    def offering(self, mailboxes: list[tuple[int, str]]) -> "LedgerForm":
        self.mailbox.choices = options([("", "Any mailbox"), *mailboxes])
        return self

    def asked(self) -> LedgerFilter:
        state = self.state.data or ""
        return LedgerFilter(
            state=state if state in set(LedgerState) else "",
            mailbox_id=_number(self.mailbox.data),
            text=(self.q.data or "").strip()[:200],
            until=self._until(),
            before=_number(self.before.data),
        )

    def _until(self) -> datetime | None:
        day = self.until.data
        if day is None or not 1970 <= day.year < 9999:
            return None
        return datetime.combine(day + timedelta(days=1), time(), UTC)

    @property
    def narrowed(self) -> bool:
        return bool(self.q.data or self.mailbox.data or self.until.data)


class DryRunForm(Form):
    """A file goes before what was pasted."""

    file = FileField("Mail file", description="As mail programs save it: .eml")
    source = TextAreaField("Or its source", description="Headers, an empty line, and the text.")
    envelope_to = StringField(
        "Delivered to", description="The address it was handed over for, where that is not in its headers."
    )


def _number(text: str | None) -> int | None:
    digits = (text or "").strip()
    return min(int(digits), NUMBER_MAX) if digits.isascii() and digits.isdigit() and len(digits) < 20 else None
