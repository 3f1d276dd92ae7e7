"""The desk's own look at who signed a mail: DKIM (RFC 6376) and what the sender's domain asks of us (DMARC, RFC 7489).

For mailboxes whose server writes no Authentication-Results. It asks the DNS, so it happens before a mail is filed and
never inside a transaction. SPF can't be judged here: the address that handed the mail over is not known any more."""

import logging
from collections.abc import Callable

import dkim
import dns.exception
import dns.resolver
import structlog
from dkim.util import InvalidTagValueList, parse_tag_value

from intake.mail.arrival import Arrival
from intake.trust import Trust, Verdict, aligned

SIGNATURES_MAX = 5
LOOKUP_SECONDS = 5.0
KEY_BITS_MIN = 1024
QUIET = logging.getLogger("intake.signatures.dkim")
QUIET.setLevel(logging.CRITICAL)

log = structlog.get_logger(__name__)
Lookup = Callable[[str], list[bytes]]


class Unanswered(Exception):
    """The DNS did not answer, so nothing can be said."""


def dns_lookup(server: str = "") -> Lookup:
    """Asks for TXT records: the system's resolver, or `server` as "address" or "address:port".

    The lookup returns [] for a name that has none, and raises Unanswered."""
    resolver = dns.resolver.Resolver(configure=not server)
    resolver.lifetime = LOOKUP_SECONDS
    if server:
        address, _, port = server.rpartition(":") if server.count(":") == 1 else (server, "", "53")
        resolver.nameservers, resolver.port = [address], int(port)

    def lookup(name: str) -> list[bytes]:
        try:
            answer = resolver.resolve(name.rstrip("."), "TXT")
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError, ValueError, UnicodeError) as error:
            raise Unanswered(str(error)) from error
        return [b"".join(record.strings) for record in answer]

    return lookup


def by_signature(raw: bytes, arrival: Arrival, lookup: Lookup) -> Trust:
    """PASS for a whole, valid signature of the sender's domain; FAIL when its owner asks to mistrust mail without."""
    domain = (arrival.sender.address if arrival.sender else "").rpartition("@")[2].lower()
    if not domain.isascii() or "." not in domain:
        return Trust(Verdict.NONE, ("It names no sender whose signature could be looked for.",))
    try:
        found = _signers(raw, lookup)
        for signer, problem in found:
            if not problem and aligned(signer, domain):
                return Trust(Verdict.PASS, (f"Checked here: signed by {signer}, and not changed since (DKIM).",))
        wish = _wish(domain, lookup)
    except Unanswered:
        return Trust(Verdict.NONE, ("The DNS did not answer, so its signature could not be checked.",))
    seen = "; ".join(f"{signer}: {problem or 'not the sender’s domain'}" for signer, problem in found) or "none"
    if wish in ("quarantine", "reject"):
        reason = f"{domain} asks to mistrust mail without its valid signature (DMARC), and this has none ({seen})."
        return Trust(Verdict.FAIL, (reason,))
    return Trust(Verdict.NONE, (f"Checked here: no valid signature of {domain} ({seen}).",))


def _signers(raw: bytes, lookup: Lookup) -> list[tuple[str, str]]:
    """(domain, what is wrong with its signature or "") of the first signatures."""
    try:
        mail = dkim.DKIM(raw, logger=QUIET, minkey=KEY_BITS_MIN)
    except (dkim.DKIMException, ValueError, IndexError):
        return []
    fields = [value for name, value in mail.headers if name.lower() == b"dkim-signature"]

    def records(name: bytes, **_: object) -> bytes | None:
        found = lookup(name.decode("ascii", "replace"))
        return found[0] if found else None

    return [_one(mail, number, value, records) for number, value in enumerate(fields[:SIGNATURES_MAX])]


def _one(mail: dkim.DKIM, number: int, value: bytes, records: Callable[..., bytes | None]) -> tuple[str, str]:
    try:
        tags = parse_tag_value(value)
        signer = tags.get(b"d", b"").decode("ascii", "replace").strip().lower() or "nobody"
        # A signature over the beginning of the body lets anybody write on (RFC 6376 section 8.2).
        if b"l" in tags:
            return signer, "it covers only a part of the text"
        return signer, "" if mail.verify(number, dnsfunc=records) else "it does not fit"
    except (dkim.DKIMException, InvalidTagValueList, ValueError, IndexError, KeyError) as error:
        return "nobody", f"it can’t be read ({error})"


def _wish(domain: str, lookup: Lookup) -> str:
    """What the domain's owner asks receivers to do: none, quarantine, reject, or "" for no wish. The nearest record
    counts, the domain's own before its parents'; a parent may ask something else of what is below it (`sp`)."""
    labels = domain.split(".")
    for start in range(min(len(labels) - 1, 5)):
        name = ".".join(labels[start:])
        for record in lookup(f"_dmarc.{name}"):
            tags = _tags(record)
            if tags.get("v", "").upper() == "DMARC1":
                return (tags.get("sp") if start else None) or tags.get("p", "none")
    return ""


def _tags(record: bytes) -> dict[str, str]:
    pairs = (part.partition("=") for part in record.decode("ascii", "replace").split(";"))
    return {name.strip().lower(): value.strip().lower() for name, _, value in pairs if name.strip()}
