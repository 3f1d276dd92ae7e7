"""The few ways in which a verb refuses. Each door maps them once: page, RFC 9457 problem, held-mail reason.

A message says what is wrong and what to do next; it is shown to people as it is."""


class Refused(Exception):
    """Something was asked that the desk will not do; nothing was changed."""


class NotAllowed(Refused):
    """This actor may not do this."""


class Invalid(Refused):
    """What was given does not make sense. `field` names the input it is about."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class Conflict(Refused):
    """The record is not in a state in which this can be done."""


class Stale(Conflict):
    """Somebody else saved in between; the caller saw an older version."""
