"""A mail server that says no, not now, or nothing more, at each stage of a letter. No letter is lost, and none leaves
twice; where nobody can know whether it arrived, it is shown as uncertain."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk import db
from helpdesk.app import create_app
from helpdesk.attachments.store import MemoryStore
from helpdesk.base import Base
from helpdesk.clock import SetClock
from helpdesk.letters.delivery import Delivery, DeliveryState
from helpdesk.mailboxes.sealed import seal
from helpdesk.settings import Settings
from helpdesk.worker import drain
from search.memory_index import MemoryIndex
from tests.faults.conftest import Fault
from tests.faults.letters import letters
from tests.peers.certificates import make_certificates
from tests.peers.smtp_script import DROP, KEEP_AND_DROP, STAGES, SmtpScript, smtp_script
from tests.world import START, World, build_world

Note = Callable[[Fault], Fault]
LATER, NEVER = "451 4.3.0 later", "554 5.7.0 never"
KINDS = [(stage, answer) for stage in STAGES for answer in (LATER, NEVER, DROP)] + [("DOT", KEEP_AND_DROP)]
# A server that refuses the letter itself for good has the last word; what stands before that is for people to mend.
FINAL = {("MAIL", NEVER), ("RCPT", NEVER), ("DATA", NEVER), ("DOT", NEVER)}
DOUBTFUL = {("DOT", DROP), ("DOT", KEEP_AND_DROP)}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SmtpScript, Path]]:
    certificates = make_certificates(tmp_path_factory.mktemp("certificates"))
    with smtp_script(certificates) as script:
        yield script, certificates.authority


@pytest.fixture(scope="module")
def desk(server: tuple[SmtpScript, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, World]]:
    """A desk whose letters leave by STARTTLS and with a password; its clock is moved by hand."""
    folder = tmp_path_factory.mktemp("desk")
    parts = {"clock": SetClock(START), "store": MemoryStore(), "index": MemoryIndex(), "wake_worker": lambda: None}
    app = create_app(Settings(data_folder=folder, secret_key="only for this test"), **parts)
    with app.app_context():
        Base.metadata.create_all(db.db.engine)
        world = build_world(db.session())
        script, authority = server
        box = world.mailbox
        box.smtp_host, box.smtp_port, box.smtp_security, box.ca_file = (
            script.host,
            script.port,
            "starttls",
            str(authority),
        )
        box.smtp_username = "desk"
        box.smtp_password_sealed = seal(app.extensions["house"].signing_key, "secret")
        db.commit()
        yield app, world
        db.db.session.remove()
        db.db.engine.dispose()


@pytest.mark.parametrize(("stage", "answer"), KINDS, ids=[f"{stage} {answer}" for stage, answer in KINDS])
def test_the_server_fails_at(
    stage: str, answer: str, desk: tuple[Flask, World], server: tuple[SmtpScript, Path], fault: Note
) -> None:
    (app, world), (script, _) = desk, server
    clock, known = app.extensions["house"].clock, set(db.session().scalars(select(Delivery.id)))
    world.at = clock.now()
    incident = world.report()
    world.reply(incident)
    db.commit()
    struck = script.struck
    script.fail(stage, answer, times=2)
    for _ in range(8):
        drain(app)
        clock.advance(hours=1)
    assert script.struck - struck == 2, "the fault did not happen"
    found = fault(letters(db.session(), script.kept, f"SMTP {stage}: {answer}", known))
    states = [one.state for one in db.session().scalars(select(Delivery)) if one.id not in known and one.raw_sha256]
    assert len(states) >= 2
    assert (DeliveryState.FAILED in states) == ((stage, answer) in FINAL)
    assert (found.uncertain > 0) == ((stage, answer) in DOUBTFUL)
    if (stage, answer) not in FINAL | DOUBTFUL:
        assert set(states) == {DeliveryState.SENT}
