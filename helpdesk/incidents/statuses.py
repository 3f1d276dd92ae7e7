"""Statuses: the site's own names within the fixed states, each with what requesters read and what it demands.

The table of states in `helpdesk.incidents.lifecycle` says which moves there are; statuses narrow it down."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.base import Base, Json


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
