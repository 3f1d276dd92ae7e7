"""Mail on hold as matching leaves it, for the tests of the pages about it. Use the fixture `hold`."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy import func, select

from helpdesk.house import House
from helpdesk.incidents.incident import Incident
from intake.ledger import LedgerRow, LedgerState
from tests.world import World

Hold = Callable[..., LedgerRow]
NASTY = """<script>alert(1)</script>"'><img src=x onerror=alert(1)>"""
MAIL = """From: Zoe Stranger <zoe@elsewhere.example>
To: help@northwind.example
Subject: {subject}
Date: Mon, 2 Mar 2026 08:10:00 +0000
Message-ID: <{number}@elsewhere.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=utf-8

{text}
--b
Content-Type: text/html; name="{name}"
Content-Disposition: attachment; filename="{name}"

<script>run()</script>
--b--
"""


def holder(app: Flask, world: World) -> Hold:
    """A function that puts a mail on hold: hold("Its subject", answers=…, rule="no sender")."""

    def hold(
        subject: str = "Re: your letter",
        text: str = "I read this too.",
        name: str = "page.html",
        answers: Incident | None = None,
        rule: str = "references",
        reason: str = "It answers INC-1, but zoe@elsewhere.example is not part of it.",
    ) -> LedgerRow:
        house: House = app.extensions["house"]
        count = world.session.scalar(select(func.count()).select_from(LedgerRow)) or 0
        raw = MAIL.format(subject=subject, text=text, name=name, number=count).replace("\n", "\r\n").encode()
        row = LedgerRow(
            source="imap",
            key=f"imap:{count}",
            sha256=house.store.put(raw),
            size_bytes=len(raw),
            received_at=world.at,
            state=LedgerState.HELD.value,
            reason=reason,
            sender="zoe@elsewhere.example",
            subject=subject,
            decision={
                "outcome": "hold",
                "rule": rule,
                "evidence": ["It answers our letter.", reason],
                "incident_id": answers.id if answers else None,
                "defects": ["an odd header"],
            },
        )
        world.session.add(row)
        world.session.commit()
        return row

    return hold


def state_of(world: World, row: LedgerRow) -> str:
    number = row.id
    world.session.rollback()
    world.session.expire_all()
    return world.session.get_one(LedgerRow, number).state
