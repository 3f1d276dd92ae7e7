"""How much of one message is read. Whatever lies beyond is noted in `Arrival.defects`, never raised."""

import time
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps for one message; sizes in bytes or characters, time in seconds."""

    bytes_max: int = 64 * 1024 * 1024
    header_bytes_max: int = 256 * 1024
    header_fields_max: int = 1000
    field_bytes_max: int = 128 * 1024
    parts_max: int = 500
    depth_max: int = 30
    attachments_max: int = 200
    addresses_max: int = 1000
    references_max: int = 1000
    body_chars_max: int = 2 * 1024 * 1024
    html_chars_max: int = 2 * 1024 * 1024
    text_chars_max: int = 256 * 1024
    unpacked_bytes_max: int = 64 * 1024 * 1024  # out of winmail.dat and signed envelopes together
    envelopes_max: int = 8  # winmail.dat and signed envelopes opened, one inside another or side by side
    calendar_bytes_max: int = 256 * 1024
    seconds_max: float = 20.0


@dataclass(slots=True)
class Allowance:
    """The limits of one parse together with what has been noted and used so far."""

    limits: Limits
    started: float = field(default_factory=time.monotonic)
    _notes: dict[str, None] = field(default_factory=dict)
    _envelopes: int = 0
    _unpacked_bytes: int = 0

    def note(self, text: str) -> None:
        """Record in plain words what was broken or left out; said once, however often it happens."""
        self._notes.setdefault(text)

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(self._notes)

    def may_open(self, what: str, size: int) -> bool:
        """False, with a note, when `what` of so many bytes would exceed the caps of unpacking: it stays a file."""
        self._envelopes += 1
        self._unpacked_bytes += size
        limits = self.limits
        if self._envelopes > limits.envelopes_max or self._unpacked_bytes > limits.unpacked_bytes_max:
            self.note(f"{what} not unpacked, the limits of unpacking are reached: left as a file")
            return False
        return self.in_time(what)

    def in_time(self, step: str) -> bool:
        """False, with a note, once the deadline has passed: the caller then leaves `step` out."""
        if time.monotonic() - self.started <= self.limits.seconds_max:
            return True
        self.note(f"time limit of {self.limits.seconds_max:g} s reached: {step} left out")
        return False
