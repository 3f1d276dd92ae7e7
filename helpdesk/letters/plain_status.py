"""What a mail server's status code means, for people who don't read RFCs. Pages and letters to agents show it.

The enhanced codes are those of RFC 3463, with the later ones of RFC 7372 and RFC 7505."""

import re

_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_BASIC = re.compile(r"(?<![\d.])([45]\d\d)(?![\d.])")

# By subject and detail: the first digit only says whether it is for good.
_DETAILS = {
    "1.1": "The address does not exist.",
    "1.2": "There is no such mail domain: the part after the @ is wrong.",
    "1.3": "The address is not written as an address must be.",
    "1.4": "The address is not clear: it fits several people.",
    "1.6": "The mailbox has moved, and nobody said where to.",
    "1.7": "Our own address was refused.",
    "1.8": "Our own domain was refused.",
    "1.10": "This domain takes no mail at all.",
    "2.1": "The mailbox is switched off.",
    "2.2": "The mailbox is full.",
    "2.3": "The letter is larger than this mailbox takes.",
    "2.4": "The mailing list could not pass it on.",
    "3.1": "Their mail server has no room left.",
    "3.2": "Their mail server takes no mail at the moment.",
    "3.4": "The letter is larger than their mail server takes.",
    "4.1": "Their mail server does not answer.",
    "4.2": "The connection to their mail server broke.",
    "4.4": "No way was found to their mail server.",
    "4.6": "The letter went round in circles.",
    "4.7": "It was tried for too long, and given up.",
    "7.1": "Their mail server refused it by its rules.",
    "7.2": "We may not write to this mailing list.",
    "7.20": "Our signature (DKIM) did not pass their check.",
    "7.21": "Our signature (DKIM) did not pass their check.",
    "7.22": "Our signature (DKIM) is not for our own address.",
    "7.23": "Our mail server is not one that may send for us (SPF).",
    "7.25": "Our mail server's name does not lead back to it.",
    "7.26": "Our mail did not pass their checks of the sender.",
}
_SUBJECTS = {
    "1": "Something is wrong with the address.",
    "2": "Something is wrong with the mailbox.",
    "3": "Something is wrong with their mail server.",
    "4": "It got lost on the way to their mail server.",
    "5": "The two mail servers did not understand each other.",
    "6": "Their mail server could not read the letter.",
    "7": "Their mail server refused it by its rules.",
}
_KINDS = {
    "hard": "It could not be delivered.",
    "soft": "It could not be delivered this time; it may work later.",
    "delayed": "It has not arrived yet. The mail server goes on trying.",
}


def plain_status(status: str, diagnostic: str = "", kind: str = "") -> str:
    """One sentence for a status such as "5.1.1". Where that says nothing, the mail server's words are searched for
    a code, and `kind` (hard, soft, delayed) says the rest."""
    if kind == "delayed":
        return _KINDS[kind]
    # "5.0.0" is what mail servers write that don't know.
    for found in (*_ENHANCED.finditer(status), *_ENHANCED.finditer(diagnostic)):
        subject, detail = found[2], found[3]
        if subject != "0":
            return _DETAILS.get(f"{subject}.{detail}") or _SUBJECTS.get(subject, _KINDS["hard"])
    if kind in _KINDS:
        return _KINDS[kind]
    return "Their mail server refused it." if _BASIC.search(diagnostic) else _KINDS["hard"]
