"""Which addresses letters don't reach, as delivery reports and mail servers said. Agents see it beside the address.

A letter that arrives, or a mail that comes from there, makes the address well again."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from helpdesk.base import Base


class AddressHealth(Base):
    """One row for each address with trouble. `kind` is hard, soft or delayed; `said` are the mail server's words."""

    __tablename__ = "address_health"

    address: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    status: Mapped[str] = mapped_column(default="")
    said: Mapped[str] = mapped_column(default="")
    since: Mapped[datetime]
    reports: Mapped[int] = mapped_column(default=1)


def mark(session: Session, address: str, kind: str, status: str, said: str, *, at: datetime) -> None:
    """Notes one more report on an address."""
    row = session.scalars(select(AddressHealth).where(AddressHealth.address == address)).first()
    if row is None:
        session.add(AddressHealth(address=address, kind=kind, status=status, said=said[:500], since=at))
        return
    row.kind, row.status, row.said, row.reports = kind, status, said[:500], row.reports + 1


def well_again(session: Session, address: str) -> None:
    session.execute(
        delete(AddressHealth).where(AddressHealth.address == address).execution_options(synchronize_session=False)
    )


def trouble_of(session: Session, addresses: list[str]) -> dict[str, AddressHealth]:
    """What is known of these addresses; those that are well are left out."""
    rows = session.scalars(select(AddressHealth).where(AddressHealth.address.in_(addresses)))
    return {row.address: row for row in rows}
