"""Requesters: people known by their mail addresses. One person may write from several."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from helpdesk.base import Base
from helpdesk.errors import Invalid
from helpdesk.journal import Actor
from helpdesk.people.organization import Organization, organization_of

ADDRESS_LENGTH_MAX = 320  # RFC 5321 section 4.5.3.1: 64 local part, "@", 255 domain


class Requester(Base):
    __tablename__ = "requesters"
    __table_args__ = (Index("ix_requesters_name", "name", "id"),)

    name: Mapped[str]
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"), index=True)
    is_vip: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]

    addresses: Mapped[list["Address"]] = relationship(
        back_populates="requester", order_by="Address.id", cascade="all, delete-orphan"
    )
    organization: Mapped[Organization | None] = relationship()

    @property
    def address(self) -> str:
        """The address letters go to: the first one known."""
        return self.addresses[0].address if self.addresses else ""

    def actor(self) -> Actor:
        return Actor(kind="requester", name=self.name, id=self.id)


class Address(Base):
    """An address as matching compares it: lower case, without surrounding blanks."""

    __tablename__ = "addresses"

    address: Mapped[str] = mapped_column(unique=True)
    requester_id: Mapped[int] = mapped_column(ForeignKey("requesters.id"), index=True)

    requester: Mapped[Requester] = relationship(back_populates="addresses")


def normalized(address: str) -> str:
    """The form in which addresses are compared. Raises Invalid when it cannot be written to at all."""
    clean = address.strip().strip("<>").lower()
    local, at, domain = clean.rpartition("@")
    bad = not at or not local or not domain or any(character.isspace() for character in clean)
    if bad or len(clean) > ADDRESS_LENGTH_MAX or any(ord(character) < 32 for character in clean):
        raise Invalid(f"“{address[:80]}” is not a mail address. Write it like name@example.org.", field="address")
    return clean


def find_requester(session: Session, address: str) -> Requester | None:
    owner = select(Address.requester_id).where(Address.address == normalized(address)).scalar_subquery()
    query = select(Requester).where(Requester.id == owner).options(joinedload(Requester.addresses))
    return session.scalars(query).unique().first()


def known_requester(session: Session, address: str, name: str, *, at: datetime) -> Requester:
    """The requester of this address; made when there is none, and then of the organization that has its domain.
    Somebody known by address only gets the name."""
    found, address, name = find_requester(session, address), normalized(address), " ".join(name.split())[:200]
    if found is None:
        belongs = session.scalar(organization_of(address.rpartition("@")[2]))
        found = _made(
            session,
            Requester(
                name=name or address, organization_id=belongs, created_at=at, addresses=[Address(address=address)]
            ),
        )
    elif name and found.name == found.address:
        found.name = name
    return found


def _made(session: Session, requester: Requester) -> Requester:
    """Saves a new requester; two first mails at the same moment meet at the unique address and become one person."""
    address = requester.address
    try:
        with session.begin_nested():
            session.add(requester)
    except IntegrityError:
        found = find_requester(session, address)
        if found is None:
            raise
        return found
    return requester
