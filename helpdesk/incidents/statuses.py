"""Statuses: the site's own names within the fixed states, each with what requesters read and what it demands.

The table of states in `helpdesk.incidents.lifecycle` says which moves there are; statuses narrow it down. A site
either has none, and everything has its built-in name, or one default status for each state."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, event, select
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session

from helpdesk.base import Base, Json
from helpdesk.incidents.lifecycle import REQUESTER_WORDING, State

if TYPE_CHECKING:
    from helpdesk.incidents.incident import Incident

# What a status can demand before it is entered: the attribute of an incident, and its name in a sentence.
REQUIRED = {
    "assignee": "an assignee",
    "team": "a team",
    "service": "a service",
    "category": "a category",
    "cause_chosen": "a cause from the list",
    "restored_at": "the time at which the service worked again",
}
_KNOWN = "statuses"


class Status(Base):
    """`state` is the category, a `lifecycle.State`, and never changes. `required` names the fields that must be
    filled before it is entered, `entered_from` the statuses it may be entered from and `roles` who may do that;
    an empty list means no limit. `pauses` None: clocks run as in every status of this state."""

    __tablename__ = "statuses"

    state: Mapped[str] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(unique=True)
    requester_wording: Mapped[str] = mapped_column(default="")
    position: Mapped[int] = mapped_column(default=0)
    is_default: Mapped[bool] = mapped_column(default=False)
    pauses: Mapped[bool | None]
    required: Mapped[list[str]] = mapped_column(default=list)
    entered_from: Mapped[list[int]] = mapped_column(Json, default=list)
    roles: Mapped[list[str]] = mapped_column(default=list)
    retired_at: Mapped[datetime | None]

    @property
    def said(self) -> dict[str, Any]:
        """What an event tells of entering it: `status`, and `pauses` where this status says so itself."""
        told: dict[str, Any] = {"status": {"id": self.id, "name": self.name}}
        return told if self.pauses is None else told | {"pauses": self.pauses}


def statuses(session: Session) -> tuple[Status, ...]:
    """All of them, retired ones too, in the order of the page; one statement a transaction."""
    transaction, rows = session.info.get(_KNOWN, (None, ()))
    if transaction is None or transaction is not session.get_transaction():
        order = {state.value: number for number, state in enumerate(State)}
        found = session.scalars(select(Status)).all()
        rows = tuple(sorted(found, key=lambda one: (order[one.state], one.position, one.id)))
        session.info[_KNOWN] = session.get_transaction(), rows
    return rows  # type: ignore[no-any-return]  # `info` is a plain dict


def statuses_of(session: Session, state: State) -> tuple[Status, ...]:
    """Those of one state that can be entered, the default first."""
    found = [one for one in statuses(session) if one.state == state.value and one.retired_at is None]
    return tuple(sorted(found, key=lambda one: not one.is_default))


def default_status(session: Session, state: State) -> Status | None:
    """What an incident in this state is called unless another status was chosen; None: by the built-in name."""
    return next((one for one in statuses_of(session, state) if one.is_default), None)


def status_of(incident: "Incident") -> Status | None:
    """The status this incident is in; None where the site has none of its own."""
    if incident.status is not None:
        return incident.status
    session = object_session(incident)
    return default_status(session, incident.current) if session else None


def status_label(incident: "Incident") -> str:
    """What agents read: the name of the status, else of the state."""
    status = status_of(incident)
    return status.name if status else incident.current.label


def requester_label(incident: "Incident") -> str:
    """What the requester reads on the tracking page and in letters."""
    status = status_of(incident)
    return (status.requester_wording if status else "") or REQUESTER_WORDING[incident.current]


def label_of(session: Session, state: str, status_id: int | None) -> str:
    """As `status_label`, for a row of a list."""
    known = statuses(session)
    chosen = next((one for one in known if one.id == status_id), None) if status_id else None
    status = chosen or default_status(session, State(state))
    return status.name if status else State(state).label


def required_missing(session: Session, incident: "Incident", target: Status | State) -> list[str]:
    """What must be filled before this status, or any of this state, is entered; as parts of a sentence, “a category”
    or “Serial number”, a field or a task, in quotes. Empty: nothing."""
    from helpdesk.incidents.custom_fields import missing_fields
    from helpdesk.incidents.tasks import undone_before

    status = target if isinstance(target, Status) else None
    demanded = status.required if status else ()
    missing = [words for field, words in REQUIRED.items() if field in demanded and not getattr(incident, field)]
    state = target.state if isinstance(target, Status) else target
    labels = [*missing_fields(session, incident, state, status), *undone_before(session, incident, state)]
    return [*missing, *(f"“{label}”" for label in labels)]


@event.listens_for(Status, "after_insert")
@event.listens_for(Status, "after_update")
@event.listens_for(Status, "after_delete")
def _forget(_mapper: object, _connection: Connection, changed: Status) -> None:
    session = object_session(changed)
    if session is not None:
        session.info.pop(_KNOWN, None)
