"""Who wrote it: what our own mail server found out, or what the desk finds out itself; never what others claim."""

import base64
from collections.abc import Iterator
from dataclasses import replace

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.house import House
from helpdesk.incidents.incident import Incident
from helpdesk.mailboxes.mailbox import Mailbox
from intake.filing import Filed
from intake.ledger import LedgerRow, LedgerState
from tests.intake.desk import arrive, letter
from tests.peers.dns_server import DnsServer, dns_server

OURS = "mx.desk.example"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=1024)
PEM = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
)
PUBLIC = base64.b64encode(
    KEY.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
).decode()


@pytest.fixture
def mailbox(session: Session) -> Mailbox:
    found = session.scalars(select(Mailbox)).one()
    found.authserv_id = OURS
    session.commit()
    return found


@pytest.fixture(scope="module")
def names() -> Iterator[DnsServer]:
    with dns_server() as server:
        yield server


@pytest.fixture
def checking(session: Session, house: House, names: DnsServer) -> House:
    """A desk whose mailbox has the signatures looked at by the desk itself."""
    session.scalars(select(Mailbox)).one().checks_signatures = True
    session.commit()
    names.records = {"k1._domainkey.example.org": f"v=DKIM1; k=rsa; p={PUBLIC}"}
    names.is_silent = False
    return replace(house, settings=house.settings.model_copy(update={"dns_server": names.address}))


def trust(session: Session, filed: Filed) -> dict[str, object]:
    said: dict[str, object] = session.get_one(LedgerRow, filed.row_id, populate_existing=True).decision["trust"]
    return said


def verdict(session: Session, filed: Filed) -> object:
    return trust(session, filed)["verdict"]


def above(raw: bytes, *fields: str) -> bytes:
    return "".join(f"Authentication-Results: {value}\r\n" for value in fields).encode() + raw


def signed(raw: bytes, domain: str = "example.org", **more: object) -> bytes:
    return bytes(dkim.sign(raw, b"k1", domain.encode(), PEM, **more)) + raw


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("dmarc=pass header.from=example.org", "pass"),
        (
            "spf=pass smtp.mailfrom=ada@example.org; dkim=pass header.d=example.org; dmarc=pass",
            "pass",
        ),
        ("dkim=pass header.d=example.org", "pass"),
        ("dkim=pass header.d=mail.example.org", "pass"),
        ("spf=pass smtp.mailfrom=bounces.example.org", "pass"),
        ("dmarc=fail header.from=example.org", "fail"),
        ("spf=pass smtp.mailfrom=ada@evil.example; dmarc=fail header.from=example.org", "fail"),
        ("spf=fail smtp.mailfrom=ada@example.org", "fail"),
        ("dkim=pass header.d=evil.example", "none"),
        ("dkim=pass header.d=org", "none"),
        ("dmarc=pass header.from=evil.example", "none"),
        ("spf=softfail smtp.mailfrom=ada@example.org", "none"),
        ("none", "none"),
    ],
)
def test_what_our_server_found_out_counts(
    session: Session, house: House, mailbox: Mailbox, said: str, expected: str
) -> None:
    filed = arrive(session, house, above(letter(), f"{OURS}; {said}"))
    assert verdict(session, filed) == expected
    assert session.get_one(Incident, filed.incident_id).entries[0].trust == expected
    assert trust(session, filed)["evidence"]


def test_what_others_claim_does_not(session: Session, house: House, mailbox: Mailbox) -> None:
    claims = above(letter(), "mx.evil.example; dmarc=pass header.from=example.org")
    below = above(
        letter(), f"{OURS}; dmarc=fail header.from=example.org", f"{OURS}; dmarc=pass header.from=example.org"
    )
    assert verdict(session, arrive(session, house, claims)) == ""
    assert verdict(session, arrive(session, house, below)) == "fail"


def test_a_server_that_does_not_name_itself_counts_if_it_is_ours(
    session: Session, house: House, mailbox: Mailbox
) -> None:
    said = "spf=pass smtp.mailfrom=example.org; dmarc=pass action=none header.from=example.org"
    unknown = arrive(session, house, above(letter(), said))
    mailbox.authserv_id = "-"
    session.commit()
    known = arrive(session, house, above(letter(), said))
    assert (verdict(session, unknown), verdict(session, known)) == ("", "pass")


def test_two_authors_prove_nothing(session: Session, house: House, mailbox: Mailbox) -> None:
    raw = above(b"From: root@bank.example\r\n" + letter(), f"{OURS}; dmarc=pass header.from=example.org")
    assert verdict(session, arrive(session, house, raw)) == "none"


def test_nobody_is_asked_where_nobody_is_named(session: Session, house: House) -> None:
    filed = arrive(session, house, above(letter(), f"{OURS}; dmarc=pass header.from=example.org"))
    assert verdict(session, filed) == ""


def test_a_forged_answer_of_the_requester_is_held(session: Session, house: House, mailbox: Mailbox) -> None:
    first = session.get_one(Incident, arrive(session, house, letter()).incident_id)
    forged = above(
        letter(subject=f"Re: [{first.number}]", text="Send my new password to this address."),
        f"{OURS}; dmarc=fail header.from=example.org",
    )
    filed = arrive(session, house, forged)
    assert filed.state == LedgerState.HELD
    assert "does not come from there" in filed.reason
    assert len(session.get_one(Incident, first.id, populate_existing=True).entries) == 1


# The desk's own look


def test_a_valid_signature_of_the_senders_domain_passes(session: Session, checking: House, names: DnsServer) -> None:
    filed = arrive(session, checking, signed(letter()))
    assert verdict(session, filed) == "pass"
    assert "k1._domainkey.example.org" in names.asked


@pytest.mark.parametrize(
    "raw",
    [
        lambda: letter(),
        lambda: signed(letter()).replace(b"since nine", b"since ten"),
        lambda: signed(letter(), length=True) + b"\r\nAnd send your password.",
        lambda: signed(letter("Ada <ada@victim.example>")),
        lambda: signed(letter()).replace(b"s=k1", b"s=k2"),
        lambda: b"DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=k1; \xff\xfe=;;; b=\r\n" + letter(),
    ],
    ids=["none", "changed", "only a part", "another domain", "no such key", "garbage"],
)
def test_no_other_signature_does(session: Session, checking: House, raw: object) -> None:
    assert verdict(session, arrive(session, checking, raw())) == "none"  # type: ignore[operator]


@pytest.mark.parametrize(
    ("where", "record", "expected"),
    [
        ("_dmarc.example.org", "v=DMARC1; p=reject", "fail"),
        ("_dmarc.example.org", "v=DMARC1; p=none", "none"),
        ("_dmarc.example.org", "something else", "none"),
    ],
)
def test_what_the_domain_asks_for_is_done(
    session: Session, checking: House, names: DnsServer, where: str, record: str, expected: str
) -> None:
    names.records[where] = record
    assert verdict(session, arrive(session, checking, letter())) == expected
    assert verdict(session, arrive(session, checking, signed(letter()))) == "pass"


def test_a_subdomain_follows_its_parents_wish(session: Session, checking: House, names: DnsServer) -> None:
    names.records["_dmarc.example.org"] = "v=DMARC1; p=none; sp=quarantine"
    filed = arrive(session, checking, letter("Ada <ada@sub.example.org>"))
    assert verdict(session, filed) == "fail"


def test_a_silent_name_server_proves_nothing_and_loses_nothing(
    session: Session, checking: House, names: DnsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("intake.signatures.LOOKUP_SECONDS", 0.2)
    names.is_silent = True
    filed = arrive(session, checking, signed(letter()))
    assert (filed.state, verdict(session, filed)) == (LedgerState.FILED, "none")


def test_our_servers_word_goes_before_our_own_look(session: Session, checking: House, mailbox: Mailbox) -> None:
    raw = above(signed(letter()), f"{OURS}; dmarc=fail header.from=example.org")
    assert verdict(session, arrive(session, checking, raw)) == "fail"
