"""The mail process is alone on its machine, and takes its mailboxes up again at once after a crash."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from helpdesk.errors import Conflict
from helpdesk.mailboxes.mailbox import LEASE_SECONDS, keep_lease
from intake.process import sole_on_this_machine
from tests.intake.desk import START


def test_a_second_one_is_refused_and_the_next_has_the_same_name(tmp_path: Path) -> None:
    with sole_on_this_machine(tmp_path) as name, pytest.raises(Conflict), sole_on_this_machine(tmp_path):
        pass
    with sole_on_this_machine(tmp_path) as again:
        assert again == name


def test_a_mailbox_has_one_holder_until_the_lease_runs_out(session: Session) -> None:
    assert keep_lease(session, 1, "one", now=START)
    assert not keep_lease(session, 1, "two", now=START + timedelta(seconds=LEASE_SECONDS - 1))
    assert keep_lease(session, 1, "one", now=START + timedelta(seconds=LEASE_SECONDS - 1))
    assert not keep_lease(session, 1, "two", now=START + timedelta(seconds=LEASE_SECONDS + 1))
    assert keep_lease(session, 1, "two", now=START + timedelta(seconds=3 * LEASE_SECONDS))
