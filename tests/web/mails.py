"""Rows of the ledger as intake leaves them, with real bytes behind them, for the tests of the mail's pages."""

from collections.abc import Callable
from itertools import count
from typing import Any

from flask import Flask

from helpdesk.house import House
from helpdesk.incidents.incident import Incident
from intake.ledger import LedgerRow, LedgerState
from tests.world import World

Keep = Callable[..., LedgerRow]
_numbers = count(1)
MAIL = """From: {sender}
To: help@northwind.example
Subject: {subject}
Date: Mon, 2 Mar 2026 08:10:00 +0000
Message-ID: <{message_id}>
{more}
{text}
"""


def source(
    sender: str = "Zoe Stranger <zoe@elsewhere.example>",
    subject: str = "The printer is out of toner",
    text: str = "It has been out since nine.",
    message_id: str = "",
    more: str = "",
) -> bytes:
    made = MAIL.format(
        sender=sender,
        subject=subject,
        text=text,
        message_id=message_id or f"{next(_numbers)}@elsewhere.example",
        more=f"{more}\n" if more else "",
    )
    return made.replace("\n", "\r\n").encode()


def keeper(app: Flask, world: World) -> Keep:
    """A function that keeps a mail: keep("filed", incident=…, rule="thread")."""

    def keep(
        state: str = LedgerState.HELD.value,
        subject: str = "The printer is out of toner",
        rule: str = "references",
        incident: Incident | None = None,
        concerns: Incident | None = None,
        sender: str = "zoe@elsewhere.example",
        trust: dict[str, Any] | None = None,
        **columns: Any,
    ) -> LedgerRow:
        house: House = app.extensions["house"]
        number = next(_numbers)
        raw = source(f"Zoe Stranger <{sender}>", subject, message_id=f"{number}@elsewhere.example")
        named = incident or concerns
        values: dict[str, Any] = {
            "source": "imap",
            "key": f"imap:{number}",
            "mailbox_id": world.mailbox.id,
            "folder": "INBOX",
            "uidvalidity": 1,
            "uid": number,
            "sha256": house.store.put(raw),
            "size_bytes": len(raw),
            "received_at": world.at,
            "state": state,
            "reason": f"Because of {rule}.",
            "sender": sender,
            "subject": subject,
            "message_id": f"{number}@elsewhere.example",
            "incident_id": incident.id if incident else None,
        }
        decision = {
            "outcome": "join",
            "rule": rule,
            "evidence": ["It answers our letter.", f"Because of {rule}."],
            "incident_id": named.id if named else None,
            "sender_check": "She was copied in its thread.",
            "trust": trust or {"verdict": "pass", "evidence": ["mx.example: DKIM passed."]},
            "defects": ["an odd header"],
        }
        row = LedgerRow(**values | {"decision": decision} | columns)
        world.session.add(row)
        world.session.commit()
        return row

    return keep
