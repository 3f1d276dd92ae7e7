"""The moves of an incident through its states: the verbs, what each of them leaves behind, and their events.

A part of `Incident`, kept beside it; each verb says what it asks for in `helpdesk.incidents.lifecycle.TABLE`. `at`
is when something was done; `logged_at` when it is written down, where that is later."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy.orm import Mapped, Session, object_session

from helpdesk.errors import Conflict, Invalid
from helpdesk.incidents.back_dating import MOVED, check_since, logged
from helpdesk.incidents.entering import status_entered
from helpdesk.incidents.lifecycle import UNRESOLVED, ResolutionCode, State, Transition, Verb, transition
from helpdesk.incidents.statuses import Status, status_of
from helpdesk.incidents.waiting_letters import stop_if_answered
from helpdesk.journal import Actor, Event, EventKind, Journaled
from helpdesk.services.causes import Cause

if TYPE_CHECKING:
    from helpdesk.incidents.incident import Incident

NUMBER_PREFIX = "INC-"
FIX_LENGTH_MAX = 100_000


class Moving(Journaled):
    """Mixed into `Incident`."""

    if TYPE_CHECKING:
        state: Mapped[str]
        status_id: Mapped[int | None]
        status: Mapped[Status | None]
        is_open: Mapped[bool]
        opened_at: Mapped[datetime]
        updated_at: Mapped[datetime]
        wake_at: Mapped[datetime | None]
        restored_at: Mapped[datetime | None]
        resolved_at: Mapped[datetime | None]
        closed_at: Mapped[datetime | None]
        resolution_code: Mapped[str | None]
        cause_chosen: Mapped[Cause | None]
        cause: Mapped[str]
        resolution: Mapped[str]
        merged_into_id: Mapped[int | None]

    @property
    def number(self) -> str:
        return f"{NUMBER_PREFIX}{self.id}"

    @property
    def current(self) -> State:
        return State(self.state)

    def start(
        self, *, by: Actor, at: datetime, status: Status | None = None, logged_at: datetime | None = None
    ) -> None:
        self._move(Verb.START, EventKind.STATE_CHANGED, by=by, at=at, status=status, logged_at=logged_at)

    def wait_for_requester(
        self,
        until: datetime | None = None,
        reason: str = "",
        *,
        by: Actor,
        at: datetime,
        status: Status | None = None,
        logged_at: datetime | None = None,
    ) -> None:
        """Waits until they write; at `until`, where that is given, it comes back to us all the same."""
        self._wait(Verb.WAIT_FOR_REQUESTER, until, reason, by=by, at=at, status=status, logged_at=logged_at)

    def wait_for_other(
        self,
        until: datetime,
        reason: str = "",
        *,
        by: Actor,
        at: datetime,
        status: Status | None = None,
        logged_at: datetime | None = None,
    ) -> None:
        """Waits for somebody else, or for a day to come; wakes by itself at `until`."""
        self._wait(Verb.WAIT_FOR_OTHER, until, reason, by=by, at=at, status=status, logged_at=logged_at)

    def resume(
        self, *, by: Actor, at: datetime, status: Status | None = None, logged_at: datetime | None = None
    ) -> None:
        self._move(Verb.RESUME, EventKind.STATE_CHANGED, by=by, at=at, status=status, logged_at=logged_at)

    def wake(self, *, by: Actor, at: datetime) -> None:
        """The wake-up time has come."""
        if self.wake_at is None or self.wake_at > at:
            raise Conflict(f"{self.number} has no wake-up time that has come.")
        self._move(Verb.WAKE, EventKind.WOKEN, by=by, at=at)

    def set_status(self, status: Status, *, by: Actor, at: datetime, logged_at: datetime | None = None) -> None:
        """Another of the site's names for the state it is in; a wake-up time stays."""
        wake_at = self.wake_at
        if status_of(self._itself) is status:
            return
        self._move(Verb.SET_STATUS, EventKind.STATE_CHANGED, by=by, at=at, status=status, logged_at=logged_at)
        self.wake_at = wake_at

    def restore(self, how: str = "", *, by: Actor, at: datetime, logged_at: datetime | None = None) -> None:
        """The service works again since `at`, perhaps by a workaround; the record stays as it is. Said again, it
        corrects the time."""
        self._goes_on()
        transition(self.current, Verb.RESTORE, by)
        logged_at = logged_at or at
        if at < self.opened_at:
            raise Invalid(f"{self.number} was opened after that. Choose a later time.", field="at")
        check_since(self, at, logged_at, after=(EventKind.REOPENED,))
        if self.resolved_at is not None and at > self.resolved_at:
            raise Invalid(f"{self.number} was resolved before that. Choose an earlier time.", field="at")
        before, self.restored_at = self.restored_at, at
        self.updated_at = max(self.updated_at, logged_at)
        self._record(
            EventKind.RESTORED,
            by=by,
            at=at,
            before=before and before.isoformat(),
            how=how.strip(),
            **logged(at, logged_at),
        )

    def withdraw_restoration(self, reason: str = "", *, by: Actor, at: datetime) -> None:
        """It does not work after all."""
        self._goes_on()
        transition(self.current, Verb.WITHDRAW_RESTORATION, by)
        if self.restored_at is None:
            raise Conflict(f"Nobody said that the service of {self.number} works again.")
        before, self.restored_at, self.updated_at = self.restored_at, None, max(self.updated_at, at)
        self._record(EventKind.RESTORATION_WITHDRAWN, by=by, at=at, before=before.isoformat(), reason=reason.strip())

    def resolve(
        self,
        code: ResolutionCode,
        cause: str,
        text: str,
        *,
        by: Actor,
        at: datetime,
        status: Status | None = None,
        logged_at: datetime | None = None,
        restored_at: datetime | None = None,
        cause_chosen: Cause | None = None,
    ) -> None:
        """How it ended, why it happened, what fixed it. All three are required, since the next incident like this
        one is answered from them. The service works since `restored_at`: if nobody said so before, since `at`."""
        _check_fix(cause, text)
        self._goes_on()
        self._check_restored(restored_at, at)
        before = self.cause_chosen, self.restored_at
        self.cause_chosen = cause_chosen or self.cause_chosen
        self.restored_at = restored_at or self.restored_at or at
        try:
            move, status = self._allowed(Verb.RESOLVE, by, at, status, logged_at)
        except Exception:
            self.cause_chosen, self.restored_at = before
            raise
        self.resolution_code, self.cause, self.resolution = code.value, cause.strip(), text.strip()
        self.resolved_at = at
        self._enter(move.next_state, logged_at or at, status)
        self._record(
            EventKind.RESOLVED,
            by=by,
            at=at,
            before=move.state.value,
            after=move.next_state.value,
            code=code.value,
            cause=self.cause,
            resolution=self.resolution,
            cause_id=self.cause_chosen.id if self.cause_chosen else None,
            cause_path=self.cause_chosen.path if self.cause_chosen else None,
            restored_at=self.restored_at.isoformat(),
            **(status.said if status else {}),
            **logged(at, logged_at),
        )

    def confirm(self, *, by: Actor, at: datetime) -> None:
        """The requester says that it is fixed."""
        self._move(Verb.CONFIRM, EventKind.CONFIRMED, by=by, at=at)
        stop_if_answered(self._itself, by=by, at=at)
        self.closed_at = at

    def reopen(self, reason: str = "", *, by: Actor, at: datetime, status: Status | None = None) -> None:
        """It is not fixed after all. The resolution that did not hold stays in the journal."""
        self._move(Verb.REOPEN, EventKind.REOPENED, by=by, at=at, status=status, reason=reason)
        if by.kind == "requester":
            stop_if_answered(self._itself, by=by, at=at)
        self.restored_at = self.resolved_at = self.closed_at = self.resolution_code = self.cause_chosen = None
        self.cause = self.resolution = ""

    def close(self, *, by: Actor, at: datetime, status: Status | None = None, why: str = "", quiet: str = "") -> None:
        """The record is done with. `why` is told where the desk did it by itself; `quiet` says why nobody is."""
        data: dict[str, Any] = {key: text for key, text in (("why", why), ("quiet", quiet)) if text}
        self._move(Verb.CLOSE, EventKind.CLOSED, by=by, at=at, status=status, **data)
        self.closed_at = at

    # Below: what the verbs share

    @property
    def _itself(self) -> "Incident":
        return cast("Incident", self)

    @property
    def _session(self) -> Session:
        session = object_session(self)
        if session is None:
            raise RuntimeError(f"{type(self).__name__} must be in a session before it can move")
        return session

    def _goes_on(self) -> None:
        if self.merged_into_id is not None:
            raise Conflict(f"{self.number} was merged into {NUMBER_PREFIX}{self.merged_into_id}. Work on that one.")

    def _wait(
        self,
        verb: Verb,
        until: datetime | None,
        reason: str,
        *,
        by: Actor,
        at: datetime,
        status: Status | None,
        logged_at: datetime | None,
    ) -> None:
        if until is not None and until <= (logged_at or at):
            raise Invalid("Choose a wake-up time that is still to come.", field="until")
        data: dict[str, Any] = {"until": until.isoformat()} if until else {}
        data |= {"reason": reason} if reason or until else {}
        self._move(verb, EventKind.STATE_CHANGED, by=by, at=at, status=status, logged_at=logged_at, **data)
        self.wake_at = until

    def _check_restored(self, restored_at: datetime | None, at: datetime) -> None:
        if restored_at is None:
            return
        if restored_at > at:
            raise Invalid("The service can't have worked again after it was resolved.", field="restored_at")
        if restored_at < self.opened_at:
            raise Invalid(f"{self.number} was opened after that. Choose a later time.", field="restored_at")

    def _allowed(
        self,
        verb: Verb,
        by: Actor,
        at: datetime,
        status: Status | None,
        logged_at: datetime | None,
        *,
        asked: bool = True,
    ) -> tuple[Transition, Status | None]:
        """The move, and the status it leads to; raises what `transition` and `status_entered` do."""
        self._goes_on()
        move = transition(self.current, verb, by)
        check_since(self, at, logged_at, after=MOVED)
        entered = status_entered(self._session, self._itself, move.next_state, status, by, asked=asked)
        return move, entered

    def _move(
        self,
        verb: Verb,
        kind: EventKind,
        *,
        by: Actor,
        at: datetime,
        status: Status | None = None,
        logged_at: datetime | None = None,
        follows: bool = False,
        **data: Any,
    ) -> Event:
        """`follows`: the move goes without saying after another verb, so that no status holds it up."""
        move, entered = self._allowed(verb, by, at, status, logged_at, asked=not follows)
        self._enter(move.next_state, logged_at or at, entered)
        return self._record(
            kind,
            by=by,
            at=at,
            verb=verb.value,
            before=move.state.value,
            after=move.next_state.value,
            **(entered.said if entered else {}),
            **logged(at, logged_at),
            **data,
        )

    def _enter(self, state: State, at: datetime, status: Status | None = None) -> None:
        self.state, self.is_open, self.wake_at = state.value, state in UNRESOLVED, None
        self.status, self.status_id = status, status.id if status else None
        self.updated_at = max(at, self.updated_at)


def _check_fix(cause: str, text: str) -> None:
    if not cause.strip():
        raise Invalid("Say why it happened. “Not known” is an answer too.", field="cause")
    if not text.strip():
        raise Invalid("Say what fixed it: the next person with this problem will be shown your words.", field="text")
    if max(len(cause), len(text)) > FIX_LENGTH_MAX:
        raise Invalid(f"Shorten cause and fix to {FIX_LENGTH_MAX:,} characters.", field="text")
