"""Whether a mail comes from whom it names: what our own mail server found out (RFC 8601), never what others claim.

Only the topmost Authentication-Results field of the configured server counts; anybody can write one of their own
further down. Where none speaks and the mailbox asks for it, `intake.signatures` looks at the mail itself."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from intake.mail.arrival import Arrival, AuthenticationResults


class Verdict(StrEnum):
    UNKNOWN = ""  # nobody was asked
    PASS = "pass"  # noqa: S105 - the word of RFC 8601
    FAIL = "fail"
    NONE = "none"  # asked, and nothing could be proven either way


@dataclass(frozen=True, slots=True)
class Trust:
    """The verdict on the sender, with the evidence in sentences for an agent."""

    verdict: Verdict
    evidence: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {"verdict": self.verdict.value, "evidence": list(self.evidence)}


# The setting for servers that do not name themselves in the field, against RFC 8601: Microsoft 365.
NAMELESS = "-"
UNKNOWN = Trust(Verdict.UNKNOWN)


def by_results(arrival: Arrival, authserv_id: str) -> Trust:
    """What the server of this name wrote on top. UNKNOWN when no name is set, or it wrote nothing."""
    wanted = authserv_id.strip().lower()
    if not wanted:
        return UNKNOWN
    if wanted == NAMELESS:
        wanted = ""
    found = next((one for one in arrival.authentication if one.authserv_id == wanted), None)
    if found is None:
        return Trust(Verdict.UNKNOWN, (f"Our mail server {wanted} wrote no Authentication-Results on it.",))
    domain = _domain(arrival.sender.address if arrival.sender else "")
    if not domain:
        return Trust(Verdict.NONE, ("It names no sender that could be checked.",))
    return _judged(found, domain)


def _judged(found: AuthenticationResults, domain: str) -> Trust:
    server = found.authserv_id or "Our mail server"
    said = [one for one in found.results if one[0] in ("dmarc", "dkim", "spf")]
    for method, result, properties in said:
        if method == "dmarc" and _same_author(properties, domain):
            if result == "pass":
                return Trust(Verdict.PASS, (f"{server}: DMARC passed for {domain}.",))
            if result == "fail":
                return Trust(Verdict.FAIL, (f"{server}: DMARC failed, so it does not come from {domain}.",))
    for method, result, properties in said:
        signer = signer_of(method, properties)
        if method != "dmarc" and result == "pass" and aligned(signer, domain):
            return Trust(Verdict.PASS, (f"{server}: {method.upper()} passed for {signer}, the sender's domain.",))
    for method, result, properties in said:
        if method == "spf" and result in ("fail", "hardfail") and aligned(signer_of(method, properties), domain):
            return Trust(Verdict.FAIL, (f"{server}: {domain} says that it does not send from there (SPF failed).",))
    words = ", ".join(f"{method} {result}" for method, result, _ in said) or "no result"
    return Trust(Verdict.NONE, (f"{server} could not prove that it comes from {domain} ({words}).",))


def _same_author(properties: dict[str, str], domain: str) -> bool:
    named = properties.get("header.from", "")
    return not named or _domain(named) == domain or named == domain


def signer_of(method: str, properties: dict[str, str]) -> str:
    """The domain that a DKIM or SPF result speaks for (RFC 8601 section 2.7.1 and 2.7.2)."""
    if method == "dkim":
        return properties.get("header.d", "") or _domain(properties.get("header.i", ""))
    named = properties.get("smtp.mailfrom", "")
    return _domain(named) or named


def aligned(signer: str, author: str) -> bool:
    """Whether two domains belong together (relaxed alignment, RFC 7489 section 3.1): the same, or one within the
    other. Without the public suffix list, siblings don't count, and a lone top-level label never does."""
    if "." not in signer or "." not in author:
        return False
    return signer == author or author.endswith(f".{signer}") or signer.endswith(f".{author}")


def _domain(address: str) -> str:
    return address.rpartition("@")[2].strip(" <>").lower() if "@" in address else ""


def authors(raw: bytes) -> int:
    """How many From fields the header block has; more than one may be read differently by everybody who looks."""
    end = min((at for at in (raw.find(b"\n\n"), raw.find(b"\n\r\n")) if at >= 0), default=len(raw))
    return sum(line[:5].lower() == b"from:" for line in raw[:end].split(b"\n"))
