"""Letters that would be too heavy are told of before they are composed, by a weight that is near the real one."""

import pytest

from helpdesk.attachments import attach
from helpdesk.errors import Invalid
from helpdesk.incidents.thread import Words
from helpdesk.letters.weight import check_weight, letter_bytes
from helpdesk.policies import MailPolicy, decide_on
from tests.letters.conftest import Desk


def test_the_weight_is_near_that_of_the_letter(desk: Desk):
    files = tuple(attach(desk.store, f"{number}.bin", "application/x-dump", b"\0" * 100_001) for number in range(3))
    incident = desk.report()
    incident.reply(Words("Grüße! " * 500, attachments=files), by=desk.jo.actor(), at=desk.at())
    (delivery,) = [one for one in desk.tell() if one.letter == "reply"]
    real = len(desk.store.get(delivery.raw_sha256))
    expected = letter_bytes("Grüße! " * 500, files)
    assert real <= expected <= real * 1.2


def test_the_least_limit_counts(desk: Desk):
    files = [attach(desk.store, "a.bin", "application/x-dump", b"x" * 1_000_000)]
    check_weight(desk.session, desk.mailbox, "Hello", files)
    desk.mailbox.smtp_size_max = 1_200_000
    with pytest.raises(Invalid, match=r"1\.4 MB, and the mail server of Help takes 1\.2 MB"):
        check_weight(desk.session, desk.mailbox, "Hello", files)
    desk.mailbox.smtp_size_max = 100_000_000
    check_weight(desk.session, desk.mailbox, "Hello", files)
    decide_on(desk.session, MailPolicy(letter_megabytes_max=1))
    with pytest.raises(Invalid, match="this desk sends") as refused:
        check_weight(desk.session, None, "Hello", files)
    assert refused.value.field == "files"
