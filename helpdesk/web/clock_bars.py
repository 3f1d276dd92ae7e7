"""A clock as a picture: one bar from its start to now, drawn on the server. The table below it says the same.

Kinds differ by height and outline as well as by colour: what counts is tall, what is paused is an open box, nights are
a thin line and holidays a thicker one."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from markupsafe import Markup

from helpdesk.service_levels.clocks import Clock, Interval
from helpdesk.web.forms.durations import hours_and_minutes

WIDTH, HEIGHT = 1000, 32
# Kind: top and height of its boxes.
SHAPES = {"running": (2, 28), "paused": (8, 16), "not_counted": (8, 16), "holiday": (13, 6), "closed": (15, 2)}


def bar(clock: Clock, warn_at: Sequence[datetime] = ()) -> Markup:
    """The picture of a clock; "" for one that has no intervals. Read aloud it is one sentence."""
    if not clock.intervals:
        return Markup("")
    first, last = clock.intervals[0].start, clock.intervals[-1].end
    end = max(moment for moment in (last, clock.due_at, *warn_at) if moment is not None)
    scale = WIDTH / max((end - first).total_seconds(), 1.0)

    def x(moment: datetime) -> float:
        return round((moment - first).total_seconds() * scale, 2)

    drawn = [_path(kind, clock.intervals, x) for kind in SHAPES]
    marks = [("warn", moment) for moment in warn_at] + [("due", clock.due_at)] * (clock.due_at is not None)
    drawn += [_mark(name, x(moment)) for name, moment in marks if moment is not None and first <= moment <= end]
    return Markup(
        '<svg class="clock-bar" viewBox="-2 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>'
    ).format(WIDTH + 4, HEIGHT, _aloud(clock), Markup("").join(drawn))


def _path(kind: str, intervals: Iterable[Interval], x: Callable[[datetime], float]) -> Markup:
    top, height = SHAPES[kind]
    boxes = [
        f"M{x(one.start):g} {top}H{max(x(one.end), x(one.start) + 0.6):g}v{height}H{x(one.start):g}z"
        for one in intervals
        if one.kind == kind and one.end > one.start
    ]
    return Markup('<path class="span-{}" d="{}"/>').format(kind, "".join(boxes)) if boxes else Markup("")


def _mark(name: str, place: float) -> Markup:
    return Markup('<path class="mark-{}" d="M{} 0V{}"/>').format(name, f"{place:g}", HEIGHT)


def _aloud(clock: Clock) -> str:
    counted = hours_and_minutes(clock.elapsed_seconds)
    return (
        f"{clock.target.label}: {counted} of {hours_and_minutes(clock.target_seconds)} used; the table below tells when"
    )
