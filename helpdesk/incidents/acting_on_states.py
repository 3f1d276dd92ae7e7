"""Actions that move an incident through its states."""

from datetime import datetime, timedelta

from helpdesk.errors import Invalid
from helpdesk.incidents.action_kind import ActionKind, Doing, Field, FieldType, Values
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import UNRESOLVED, ResolutionCode, State
from helpdesk.incidents.statuses import Status, status_of
from helpdesk.journal import Actor
from helpdesk.services.causes import Cause

DAYS_MAX = 366


def _take_up(doing: Doing, _: Values) -> str:
    incident = doing.incident
    if incident.current is State.OPEN:
        return ""
    _open(incident, None, doing.by, doing.at)
    return "taken up"


def _open(incident: Incident, status: Status | None, by: Actor, at: datetime) -> None:
    if incident.current is State.NEW:
        incident.start(by=by, at=at, status=status)
    elif incident.current in UNRESOLVED:
        incident.resume(by=by, at=at, status=status)
    else:
        incident.reopen(by=by, at=at, status=status)


def _wait_for_requester(doing: Doing, _: Values) -> str:
    incident = doing.incident
    if incident.current is State.PENDING_REQUESTER:
        return ""
    incident.wait_for_requester(by=doing.by, at=doing.at)
    return "waits for the requester"


def _wait(doing: Doing, values: Values) -> str:
    incident = doing.incident
    until = doing.at + timedelta(days=values["days"])
    incident.wait_for_other(until, str(values.get("reason", "")), by=doing.by, at=doing.at)
    return f"put off until {until:%-d %B %Y}"


def _set_status(doing: Doing, values: Values) -> str:
    """By whichever move leads to the state of that status. The fix has a form of its own."""
    incident = doing.incident
    status = doing.session.get(Status, values["status"])
    if status is None:
        raise Invalid("The status chosen here is not there any more. Choose another one.", field="status")
    if status_of(incident) is status:
        return ""
    _move(incident, status, values, doing.by, doing.at)
    return f"set to {status.name}"


def _move(incident: Incident, status: Status, values: Values, by: Actor, at: datetime) -> None:
    state = State(status.state)
    if incident.current is state:
        incident.set_status(status, by=by, at=at)
    elif state is State.OPEN:
        _open(incident, status, by, at)
    elif state is State.PENDING_REQUESTER:
        incident.wait_for_requester(by=by, at=at, status=status)
    elif state is State.PENDING_OTHER:
        incident.wait_for_other(at + timedelta(days=values.get("days", 1)), by=by, at=at, status=status)
    elif state is State.CLOSED:
        incident.close(by=by, at=at, status=status)
    else:
        raise Invalid(f"“{status.name}” can't be set like this. Choose “Resolve”, and say what fixed it.")


def _resolve(doing: Doing, values: Values) -> str:
    incident = doing.incident
    if incident.current not in UNRESOLVED:
        return ""
    cause = doing.session.get(Cause, values["cause_id"]) if "cause_id" in values else None
    code = ResolutionCode(values["code"])
    incident.resolve(code, values["cause"], values["text"], by=doing.by, at=doing.at, cause_chosen=cause)
    return f"resolved: {code.label.lower()}"


def _restore(doing: Doing, values: Values) -> str:
    incident = doing.incident
    if incident.restored_at is not None:
        return ""
    incident.restore(str(values.get("how", "")), by=doing.by, at=doing.at)
    return "service restored"


def _close(doing: Doing, _: Values) -> str:
    incident = doing.incident
    if incident.current is State.CLOSED:
        return ""
    incident.close(by=doing.by, at=doing.at)
    return "closed"


_DAYS = Field("days", "Days", FieldType.NUMBER, required=True, least=1, most=DAYS_MAX)

KINDS = (
    ActionKind("take_up", "Open", "circle-dot", _take_up, help="Takes it up, or reopens it."),
    ActionKind("wait_for_requester", "Wait for the requester", "hourglass", _wait_for_requester),
    ActionKind("wait", "Put off", "clock-pause", _wait, (_DAYS, Field("reason", "Why", FieldType.LINE))),
    ActionKind(
        "status",
        "Set a status",
        "circle-dot",
        _set_status,
        (
            Field("status", "Status", FieldType.CHOICE, required=True, source="statuses"),
            Field("days", "Days to wait", FieldType.NUMBER, least=1, most=DAYS_MAX, help="Where it waits for others."),
        ),
    ),
    ActionKind(
        "restore",
        "Service works again",
        "activity",
        _restore,
        (Field("how", "How", FieldType.LINE),),
    ),
    ActionKind(
        "resolve",
        "Resolve",
        "circle-check",
        _resolve,
        (
            Field(
                "code",
                "How it ended",
                FieldType.CHOICE,
                required=True,
                choices=tuple((code.value, code.label) for code in ResolutionCode),
            ),
            Field("cause_id", "Kind of cause", FieldType.CHOICE, source="causes", nothing="Not chosen"),
            Field("cause", "Cause", FieldType.TEXT, required=True, worded=True),
            Field("text", "What fixed it", FieldType.TEXT, required=True, worded=True),
        ),
        sends=True,
        help="Each requester is told.",
    ),
    ActionKind("close", "Close", "archive", _close, sends=True, help="What is resolved."),
)
