"""Status codes in words: what agents read instead of 5.1.1."""

import pytest

from helpdesk.letters.plain_status import plain_status


@pytest.mark.parametrize(
    ("status", "diagnostic", "kind", "said"),
    [
        ("5.1.1", "", "hard", "The address does not exist."),
        ("5.1.2", "", "hard", "There is no such mail domain"),
        ("4.2.2", "", "soft", "The mailbox is full."),
        ("5.2.2", "", "hard", "The mailbox is full."),
        ("5.3.4", "", "", "larger than their mail server takes"),
        ("5.7.26", "", "hard", "did not pass their checks"),
        ("5.7.99", "", "hard", "refused it by its rules"),
        ("4.4.7", "", "delayed", "goes on trying"),
        ("5.0.0", "smtp; 550 5.1.1 no such user", "hard", "The address does not exist."),
        ("", "550-5.2.1 mailbox disabled", "hard", "The mailbox is switched off."),
        ("5.0.0", "", "soft", "may work later"),
        ("", "smtp; 554 go away", "", "Their mail server refused it."),
        ("", "", "", "It could not be delivered."),
        ("9.9.9 nonsense", "10.1.1.1 said no", "", "It could not be delivered."),
    ],
)
def test_it_says_what_happened(status: str, diagnostic: str, kind: str, said: str) -> None:
    assert said in plain_status(status, diagnostic, kind)
