"""Organizations: whom requesters belong to. Service levels, impact and who sees what are chosen by them.

Moving people between them touches their incidents: that is `helpdesk.incidents.belonging`."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ForeignKey, Select, func, select
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from helpdesk.base import Base
from helpdesk.errors import Invalid
from helpdesk.people.mail_domains import normalized_domain, with_parents

NAME_LENGTH_MAX = 200
DOMAINS_MAX = 200


class MailDomain(Base):
    """A mail domain whose writers belong to an organization by themselves; no two have the same one."""

    __tablename__ = "mail_domains"

    domain: Mapped[str] = mapped_column(unique=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)


class Organization(Base):
    """`domains` are mail domains, as `helpdesk.people.mail_domains` compares them; `is_vip` raises the impact of what
    its people report."""

    __tablename__ = "organizations"

    name: Mapped[str] = mapped_column(unique=True)
    is_vip: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]

    mail_domains: Mapped[list[MailDomain]] = relationship(order_by=MailDomain.domain, cascade="all, delete-orphan")
    domains: AssociationProxy[list[str]] = association_proxy(
        "mail_domains", "domain", creator=lambda domain: MailDomain(domain=domain)
    )


def all_organizations(session: Session) -> list[Organization]:
    """Those in use, by name."""
    query = select(Organization).where(Organization.retired_at.is_(None)).order_by(func.lower(Organization.name))
    return list(session.scalars(query))


def organization_of(domain: str) -> Select[int]:
    """The number of the organization in use that has this mail domain, or the nearest one above it."""
    return (
        select(Organization.id)
        .join(MailDomain)
        .where(MailDomain.domain.in_(with_parents(domain)), Organization.retired_at.is_(None))
        .order_by(func.length(MailDomain.domain).desc())
        .limit(1)
    )


def give_domains(session: Session, organization: Organization, given: Iterable[str]) -> None:
    """Sets the mail domains. Raises Invalid for one that is none, that is everybody's or another organization's."""
    wanted = list(dict.fromkeys(normalized_domain(text) for text in given))
    if len(wanted) > DOMAINS_MAX:
        raise Invalid(f"Give at most {DOMAINS_MAX} domains.", field="domains")
    query = select(MailDomain.domain, Organization).join(Organization).where(MailDomain.domain.in_(wanted))
    for domain, owner in session.execute(query):
        if owner is not organization:
            raise Invalid(f"{domain} belongs to {owner.name}. Take it away there first.", field="domains")
    kept = {one.domain: one for one in organization.mail_domains}
    organization.mail_domains = [kept.get(domain) or MailDomain(domain=domain) for domain in wanted]
