"""The saved views as tabs of the queue: which one it shows now, and whether it was changed since."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from helpdesk.incidents.saved_views import ViewOfQueue
from helpdesk.incidents.sharing import may_change
from helpdesk.web.access import the_agent
from helpdesk.web.forms.queue import FilterForm
from helpdesk.web.forms.saved_view import arguments_of

TABS_MAX = 8


@dataclass(frozen=True, slots=True)
class ViewTab:
    name: str
    for_whom: str
    url: str
    is_current: bool
    count: str = ""


@dataclass(frozen=True, slots=True)
class ViewTabs:
    """`tabs` stand beside each other, `more` in a menu. `current` is the number of the view shown now (0: none),
    `is_changed` that the filters are not its own any more, `may_change` that this agent may save them to it."""

    tabs: tuple[ViewTab, ...]
    more: tuple[ViewTab, ...]
    current: int
    current_name: str
    is_changed: bool
    may_change: bool
    arguments: dict[str, str]


def view_tabs(shown: Sequence[ViewOfQueue], form: FilterForm, counts: Sequence[str] = ()) -> ViewTabs:
    """`counts` are those of the first ones, in their order."""
    saved, arguments = str(form.saved.data or ""), arguments_of(form)
    current = next((one.view for one in shown if str(one.view.id) == saved), None)
    made = tuple(
        ViewTab(
            one.view.name,
            one.view.for_whom,
            url_for("web.queue", **one.view.arguments, saved=one.view.id),
            one.view is current,
            counts[at] if at < len(counts) else "",
        )
        for at, one in enumerate(shown)
    )
    return ViewTabs(
        made[:TABS_MAX],
        made[TABS_MAX:],
        current.id if current else 0,
        current.name if current else "",
        current is not None and _meant(current.arguments) != _meant(arguments),
        current is not None and may_change(current, the_agent()),
        arguments,
    )


def _meant(arguments: dict[str, str]) -> dict[str, str]:
    """Without what says the same as nothing."""
    usual = {"view": "open", "sort": "-updated"}
    return {name: value for name, value in arguments.items() if value and usual.get(name) != value}
