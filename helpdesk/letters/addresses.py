"""Names and addresses as they stand in our headers: one line, domains in ASCII (RFC 5890), nothing injected."""

import re
from email.headerregistry import Address

from helpdesk.errors import Invalid
from helpdesk.people.requester import normalized

NAME_LENGTH_MAX = 100
_NOT_A_NAME = re.compile(r"[/@:<>\[\]{}|\\$%&!?0-9]|www\.|\.[a-z]{2,}\b", re.IGNORECASE)


def one_line(text: str) -> str:
    """Printable characters only, blanks run together: no CR or LF gets into a header."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def wire_address(address: str) -> str:
    """The address as it is handed to a mail server. Raises Invalid for one that can't be written to."""
    local, _, domain = normalized(address).rpartition("@")
    return f"{local}@{ascii_domain(domain)}"


def ascii_domain(domain: str) -> str:
    """An internationalized name in its ASCII form. Raises Invalid for one that no server can have."""
    try:
        return domain.strip().lower().encode("idna").decode("ascii")
    except UnicodeError:
        raise Invalid(f"“{domain[:80]}” is not the name of a mail domain.", field="address") from None


def header_address(name: str, address: str) -> Address:
    local, _, domain = wire_address(address).rpartition("@")
    shown = one_line(name)[:NAME_LENGTH_MAX]
    return Address("" if shown.lower() == address.lower() else shown, local, domain)


def greeting_name(name: str) -> str:
    """The name to greet with; "" for one that is an address, a link or an advertisement.

    Anybody can put any name into a form or a mail, and have our acknowledgement carry it to a third person."""
    shown = one_line(name)
    return "" if len(shown) > 60 or _NOT_A_NAME.search(shown) else shown
