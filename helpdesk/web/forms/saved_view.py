"""The form of a saved view. `query` is the part of the queue's address that it keeps."""

from urllib.parse import parse_qsl

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, HiddenField, IntegerField
from wtforms.validators import NumberRange, Optional

from helpdesk.incidents.saved_views import ARGUMENT_LENGTH_MAX, PLACE_MAX
from helpdesk.web.forms.queue import FilterForm
from helpdesk.web.forms.shared import SharedForm

QUERY_LENGTH_MAX = 4_000
# Of the page, not of the view.
_PASSING = frozenset({"cursor", "filters", "saved"})


class SavedViewForm(SharedForm):
    place = IntegerField(
        "Place", default=0, description="Views stand in this order.",
        validators=[Optional(), NumberRange(0, PLACE_MAX, f"Give a number from 0 to {PLACE_MAX}.")],
    )  # fmt: skip
    is_first = BooleanField("The queue opens with it", description="For you alone.")
    query = HiddenField()

    def filters(self) -> FilterForm:
        """What the view narrows down to."""
        return filters_of(parse_qsl((self.query.data or "")[:QUERY_LENGTH_MAX]))


def filters_of(arguments: list[tuple[str, str]] | dict[str, str]) -> FilterForm:
    return FilterForm(MultiDict(arguments))


def arguments_of(form: FilterForm) -> dict[str, str]:
    """What of the queue's address makes the view: known filters with their values, nothing of the page."""
    return {
        name: value[:ARGUMENT_LENGTH_MAX]
        for name, value in form.args().items()
        if name not in _PASSING and isinstance(value, str)
    }
