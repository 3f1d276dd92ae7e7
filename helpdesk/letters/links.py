"""Signed links in letters: they open one incident for one requester and need no sign-in.

A GET on any of them only shows a page, since mail scanners follow every link; what changes something is a POST from
that page. The web door reads them back through `read_tracking` and `read_confirmation`."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from itsdangerous import BadData, URLSafeSerializer


class Answer(StrEnum):
    """What a requester says of a resolution."""

    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Tracking:
    incident_id: int
    requester_id: int


@dataclass(frozen=True, slots=True)
class Confirmation:
    """`resolution_sequence`: the RESOLVED event that was asked about, by its number within the incident; a later
    resolution makes this link stale. `answer` is what the link proposed: the page shows both buttons."""

    incident_id: int
    requester_id: int
    resolution_sequence: int
    answer: Answer


def _signer(key: str, purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(
        key, salt=f"letter link: {purpose}", signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"}
    )


def _read(key: str, purpose: str, text: str) -> list[Any] | None:
    try:
        said = _signer(key, purpose).loads(text)
    except BadData:
        return None
    return said if isinstance(said, list) else None


def tracking_url(base_url: str, key: str, incident_id: int, requester_id: int) -> str:
    """`<base>/track/<token>`: shows the incident's thread to its requester."""
    token = _signer(key, "tracking").dumps([incident_id, requester_id])
    return f"{base_url.rstrip('/')}/track/{_text(token)}"


def read_tracking(key: str, text: str) -> Tracking | None:
    """What the token of a tracking link says; None when it is damaged or forged."""
    said = _read(key, "tracking", text)
    return Tracking(*said) if said and len(said) == 2 else None


def confirm_url(
    base_url: str, key: str, incident_id: int, requester_id: int, resolution_sequence: int, answer: Answer
) -> str:
    """`<base>/track/<token>/answer`: the page with the two buttons."""
    token = _signer(key, "confirmation").dumps([incident_id, requester_id, resolution_sequence, answer.value])
    return f"{base_url.rstrip('/')}/track/{_text(token)}/answer"


def read_confirmation(key: str, text: str) -> Confirmation | None:
    """What the token of a confirmation link says; None when it is damaged or forged."""
    said = _read(key, "confirmation", text)
    if not said or len(said) != 4:
        return None
    incident_id, requester_id, sequence, answer = said
    return Confirmation(incident_id, requester_id, sequence, Answer(answer))


@dataclass(frozen=True, slots=True)
class Rating:
    """`sequence`: the event that closed the incident, by its number within it. `score` is what the link proposed."""

    incident_id: int
    requester_id: int
    sequence: int
    score: str


def survey_url(base_url: str, key: str, incident_id: int, requester_id: int, sequence: int, score: str) -> str:
    """`<base>/track/<token>/survey`: the page that asks how it went."""
    token = _signer(key, "survey").dumps([incident_id, requester_id, sequence, score])
    return f"{base_url.rstrip('/')}/track/{_text(token)}/survey"


def read_survey(key: str, text: str) -> Rating | None:
    """What the token of a survey link says; None when it is damaged or forged."""
    said = _read(key, "survey", text)
    return Rating(*said) if said and len(said) == 4 else None


def _text(token: str | bytes) -> str:
    return token.decode() if isinstance(token, bytes) else token
