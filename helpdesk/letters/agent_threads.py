"""Headers of letters to agents: by them a mail program files all letters about one incident together, and a filter
knows ours. For the composer."""

from email.message import EmailMessage

from helpdesk.letters.addresses import ascii_domain, one_line
from helpdesk.letters.contents import Occasion
from helpdesk.letters.mac import mac
from helpdesk.mailboxes.mailbox import Mailbox


def thread_root(key: str, incident_id: int, domain: str) -> str:
    """A Message-ID that no letter has and all about one incident name as their ancestor, whichever an agent got
    first (RFC 5322 section 3.6.4); with <>."""
    return f"<incident-{incident_id}.{mac(key, 'agents thread', incident_id)}@{ascii_domain(domain)}>"


def add_agent_headers(letter: EmailMessage, occasion: Occasion, mailbox: Mailbox) -> None:
    settings = occasion.stationery.settings
    domain = settings.mail_domain or mailbox.domain
    root = thread_root(occasion.stationery.signing_key, occasion.incident.id, domain)
    letter["In-Reply-To"], letter["References"] = root, root
    add_list_id(letter, settings.site_name, domain)
    if occasion.planned.telling:
        letter["X-Helpdesk-Reason"] = occasion.planned.telling.topic.value


def add_list_id(letter: EmailMessage, site_name: str, domain: str) -> None:
    """RFC 2919: what agents' filters sort by."""
    words = one_line(site_name).replace("\\", "").replace('"', "")
    letter["List-Id"] = f'"{words}" <incidents.{ascii_domain(domain)}>'
