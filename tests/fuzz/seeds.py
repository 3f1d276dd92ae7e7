"""What the fuzzer starts from: one good example of everything that the parser reads, made on the spot."""

from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import pkcs7

from tests.fuzz import wrapping as w
from tests.intake.mail import outlook as o
from tests.intake.mail.certificates import Authority, key, opaque_mail, signed_mail
from tests.intake.mail.raw_mail import multipart, part

_CALENDAR = b"""BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VTIMEZONE\r\nTZID:Own\r\nBEGIN:STANDARD\r
DTSTART:16011028T030000\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r
END:VTIMEZONE\r\nBEGIN:VEVENT\r\nDTSTART;TZID=Own:20261130T100000\r\nDURATION:PT1H\r\nSUMMARY:Talk\\, again\r
RRULE:FREQ=MONTHLY;BYDAY=2MO;COUNT=5\r\nORGANIZER;CN=Kim:mailto:kim@example.org\r
ATTENDEE;PARTSTAT=ACCEPTED:mailto:rosa@example.org\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"""
_RTF = (
    rb"{\rtf1\ansi\ansicpg1252\fromhtml1{\fonttbl{\f0\fcharset204 A;}}{\*\htmltag64 <p>}\htmlrtf x\htmlrtf0 a"
    rb"\'e4\u8364?b}"
)
_FORWARD = (
    "See below\n\n-------- Weitergeleitete Nachricht --------\nBetreff: Drucker\n"
    "Datum: Fri, 20 Nov 2026 09:00:00 +0100\n"
    "Von: Rosa <rosa@example.org>\nAn: desk@example.net\n\nEr raucht.\n> alt\nneu\n> älter\n-- \nRosa"
)
_REPORT = (
    b"<a@example.org>: unknown\0Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@example.org\nAction: failed\n"
    b"Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no\n\nFinal-Recipient: rfc822; b@example.org\n"
    b"Action: delayed\nStatus: 4.4.1\n"
)


def write_seeds(folder: Path) -> None:
    """One file for each seed."""
    for number, content in enumerate(seeds()):
        (folder / f"seed{number:03}").write_bytes(content)


def seeds() -> list[bytes]:
    """Wrapped as `wrapping.mail_of` reads them."""
    certificate = Authority().issue()
    content = b"Content-Type: text/plain\r\n\r\nHello\r\n"
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content).add_signer(certificate, key(), hashes.SHA256())
    signed = builder.sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])
    envelope = pkcs7.PKCS7EnvelopeBuilder().set_data(content).add_recipient(certificate)
    encrypted = envelope.encrypt(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])
    inner = o.stream(o.message(o.unicode(o.SUBJECT, "In"), o.unicode(o.TEXT, "Text")))
    stream = o.stream(
        o.message(o.unicode(o.TEXT, "Hello"), o.binary(o.RTF, o.compressed_rtf(_RTF)), o.named("N", b"v")),
        o.attached(o.unicode(o.LONG_NAME, "a.pdf"), name=b"a.pdf", data=b"%PDF"),
        o.attached(o.number(o.METHOD, 5), o.embedded(o.DATA, inner), name=b"m"),
    )
    return [
        w.seed(w.RAW, signed_mail(content, certificate)),
        w.seed(w.RAW, opaque_mail(content, certificate)),
        w.seed(
            w.RAW, multipart(part(body=_FORWARD), part("Content-Type: message/rfc822", body="From: a@b.c\r\n\r\nx"))
        ),
        w.seed(w.TNEF, stream[6:]),
        w.seed(w.PACKED_RTF, o.compressed_rtf(_RTF)[16:]),
        w.seed(w.RTF, _RTF),
        w.seed(w.CALENDAR, _CALENDAR),
        w.seed(w.ENVELOPE, signed),
        w.seed(w.ENVELOPE, encrypted),
        w.seed(w.SIGNATURE, signed),
        w.seed(w.AUTHENTICATION, b'example.org 1; dkim=pass (a (b)) header.d="x;y" reason="z"; spf=none'),
        w.seed(w.RECEIVED, b"from a by b; Sun, 22 Nov 2026 09:00:00 +0000"),
        w.seed(w.TEXT, _FORWARD.encode()),
        w.seed(
            w.TEXT, b"-----BEGIN PGP SIGNED MESSAGE-----\n\nx\n-----END PGP SIGNATURE-----\nbegin 644 a\n#ABC\nend\n"
        ),
        w.seed(w.ABSENCE, b"Ich bin vom 23.11. bis 30.11.2026 weg, back on Monday, December 1, jusqu'au 30/11"),
        w.seed(w.HTML, b"<p>Yes<blockquote type=cite>No<table><tr><td>x</table></blockquote><img alt=a src=cid:b>"),
        w.seed(w.REPORT, _REPORT),
        w.seed(
            w.PROSE_REPORT,
            b"<a@example.org>:\n550 5.1.1 no such user\n\nb@example.org\n  mailbox full\n\nReceived: from x\n",
        ),
    ]
