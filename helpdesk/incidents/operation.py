"""Operations as rows: what was done to many incidents at once, by whom, and what became of each.

Written by `helpdesk.incidents.operations`; pages read them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.base import Base, Json
from helpdesk.incidents.incident import NUMBER_PREFIX, Incident


class OperationKind(StrEnum):
    BULK = "bulk"
    MACRO = "macro"
    RULE = "rule"


class Result(StrEnum):
    """What became of one incident."""

    CHANGED = "changed"
    SAME = "same"  # it was so already
    REFUSED = "refused"  # it can't be done there; the others were not held up


class Restored(StrEnum):
    """What undoing did to one incident."""

    NO = ""
    RESTORED = "restored"
    PARTLY = "partly"  # all but its letters, which have left
    LEFT = "left"  # somebody changed the same things since


class Operation(Base):
    """`source_id` is the macro or the rule. `undone_at` is set once: what was undone stays undone."""

    __tablename__ = "operations"
    __table_args__ = (Index("ix_operations_actor", "actor_kind", "actor_id", "id"),)

    kind: Mapped[str]
    title: Mapped[str]
    actions: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    source_id: Mapped[int | None]
    actor_kind: Mapped[str]
    actor_id: Mapped[int | None]
    actor_name: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str] = mapped_column(default="")

    outcomes: Mapped[list["Outcome"]] = relationship(
        back_populates="operation", order_by="Outcome.id", cascade="all, delete-orphan"
    )


class Outcome(Base):
    """`said` is what was done, or why not. `before` and `after` hold the parts of the record that changed, as
    `export.PARTS` gives them, no more. Its events are those from `first_sequence` to `last_sequence`."""

    __tablename__ = "operation_outcomes"

    operation_id: Mapped[int] = mapped_column(ForeignKey("operations.id"), index=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    result: Mapped[str]
    said: Mapped[str] = mapped_column(default="")
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(default=dict)
    first_sequence: Mapped[int] = mapped_column(default=0)
    last_sequence: Mapped[int] = mapped_column(default=0)
    restored: Mapped[str] = mapped_column(default=Restored.NO.value)
    restored_said: Mapped[str] = mapped_column(default="")

    operation: Mapped[Operation] = relationship(back_populates="outcomes")
    incident: Mapped[Incident] = relationship()

    @property
    def number(self) -> str:
        return f"{NUMBER_PREFIX}{self.incident_id}"


@dataclass(frozen=True, slots=True)
class Undone:
    """What undoing an operation did, as the rows of its outcomes tell."""

    restored: tuple[Outcome, ...]
    partly: tuple[Outcome, ...]
    left: tuple[Outcome, ...]
