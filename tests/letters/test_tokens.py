"""Tokens, Message-IDs and links: only what we made opens anything, and only for whom it was made."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from helpdesk.letters.links import (
    Answer,
    Confirmation,
    Tracking,
    confirm_url,
    read_confirmation,
    read_tracking,
    tracking_url,
)
from helpdesk.letters.message_ids import Side, make_message_id, read_message_id
from helpdesk.letters.tokens import make_token, read_token, reply_address, tokens_in

KEY = "one key"
BASE = "https://desk.example"


def message_id(**changed: object) -> str:
    given_ = {"event_id": 7, "recipient": "dana@example.net", "domain": "desk.example", "incident_id": 42} | changed
    return make_message_id(KEY, **given_)


def flipped(text: str) -> list[str]:
    """The text with each character, in turn, changed for another that may stand there."""
    swap = {**dict.fromkeys("abcdefghijklmnopqrstuvwxyz34567", "2"), "2": "3", "0": "1", "1": "2", "8": "9", "9": "8"}
    return [text[:at] + swap[one] + text[at + 1 :] for at, one in enumerate(text) if one in swap]


def test_a_token_knows_its_incident_and_its_recipient():
    token = read_token(KEY, make_token(KEY, 42, "Dana@Example.net "))
    assert token is not None
    assert token.incident_id == 42
    assert token.is_for("dana@example.NET")
    assert not token.is_for("mallory@example.net")
    assert KEY not in repr(token)


def test_a_token_survives_case_folding_either_way():
    text = make_token(KEY, 42, "dana@example.net")
    assert text == text.lower()
    assert read_token(KEY, text.upper()) == read_token(KEY, text)


def test_no_changed_character_and_no_other_key_passes():
    text = make_token(KEY, 42, "dana@example.net")
    assert len(flipped(text)) > 20
    assert [one for one in flipped(text) if read_token(KEY, one)] == []
    assert read_token("another key", text) is None


def test_a_token_can_not_be_moved_to_another_incident_or_recipient():
    mine, other = make_token(KEY, 42, "dana@example.net"), make_token(KEY, 43, "eve@example.net")
    number, digest, seal = mine.split(".")
    assert read_token(KEY, f"i43.{digest}.{seal}") is None
    assert read_token(KEY, f"{number}.{other.split('.')[1]}.{seal}") is None
    assert read_token(KEY, message_id().split("@")[0]) is None


@given(some.text(max_size=60))
def test_any_text_is_read_as_no_token(text: str):
    assert read_token(KEY, text) is None
    assert read_message_id(KEY, text) is None
    assert read_tracking(KEY, text) is None
    assert read_confirmation(KEY, text) is None
    assert list(tokens_in([text])) == []


def test_the_reply_address_carries_the_token_and_stays_valid():
    token = make_token(KEY, 999_999_999, "dana@example.net")
    address = reply_address("help@desk.example", token)
    assert address == f"help+{token}@desk.example"
    assert len(address.partition("@")[0]) <= 64
    assert list(tokens_in(["x@y.example", address.upper(), f"Help <{address}>"])) == [token, token]


def test_a_mailbox_with_a_long_name_keeps_its_plain_address():
    address = f"{'long' * 12}@desk.example"
    assert reply_address(address, make_token(KEY, 42, "dana@example.net")) == address


def test_message_ids_are_the_same_again_and_differ_by_event_reader_and_side():
    assert message_id() == message_id(recipient="DANA@example.net")
    others = [message_id(event_id=8), message_id(recipient="eve@example.net"), message_id(side=Side.AGENT)]
    assert len({message_id(), *others}) == 4
    assert message_id().startswith("i42.7.")


@pytest.mark.parametrize("wrapped", ["{}", "<{}>", " <{}> "])
def test_a_message_id_is_read_back(wrapped: str):
    own = read_message_id(KEY, wrapped.format(message_id().upper()))
    assert own is not None
    assert (own.side, own.incident_id, own.event_id) == (Side.REQUESTER, 42, 7)
    assert own.is_for("dana@example.net")
    assert not own.is_for("eve@example.net")


def test_a_letter_about_no_incident_has_a_message_id_too():
    own = read_message_id(KEY, message_id(incident_id=None, side=Side.AGENT))
    assert own is not None
    assert own.incident_id is None


def test_a_changed_message_id_is_not_ours():
    local, _, domain = message_id().partition("@")
    assert [one for one in flipped(local) if read_message_id(KEY, f"{one}@{domain}")] == []


def test_the_domain_of_a_message_id_is_ascii():
    assert message_id(domain="Bücher.example").endswith("@xn--bcher-kva.example")
    assert message_id(domain="x" * 300).endswith("@localhost")


def test_links_are_read_back_and_not_interchangeable():
    tracking = tracking_url(BASE + "/", KEY, 42, 3)
    assert tracking.startswith(f"{BASE}/track/")
    token = tracking.rsplit("/", 1)[1]
    assert read_tracking(KEY, token) == Tracking(42, 3)
    asked = confirm_url(BASE, KEY, 42, 3, 9, Answer.NO)
    assert asked.endswith("/answer")
    proof = asked.split("/")[-2]
    assert read_confirmation(KEY, proof) == Confirmation(42, 3, 9, Answer.NO)
    assert read_confirmation(KEY, token) is None
    assert read_tracking(KEY, proof) is None
    assert read_tracking("another key", token) is None


def test_a_damaged_link_opens_nothing():
    token = tracking_url(BASE, KEY, 42, 3).rsplit("/", 1)[1]
    # The last character holds two bits that decoding ignores.
    for at in range(len(token) - 1):
        other = "A" if token[at] != "A" else "B"
        assert read_tracking(KEY, token[:at] + other + token[at + 1 :]) is None
