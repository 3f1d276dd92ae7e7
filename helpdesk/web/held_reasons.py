"""Why mail is held and what to do about it, in plain words: one table for the list, the page and the handbook."""

from dataclasses import dataclass

from intake.ledger import LedgerRow


@dataclass(frozen=True, slots=True)
class HeldReason:
    """`name` in two words; `means` and `remedy` in a sentence each."""

    name: str
    means: str
    remedy: str


_STRANGER = HeldReason(
    "Stranger answers",
    "It answers an incident, but its sender takes no part in it: a colleague it was forwarded to, or somebody who "
    "guessed.",
    "If you know why they write, attach it, and let them take part from now on. If not, accept it as a new incident.",
)
_REFUSED = HeldReason(
    "Could not be filed",
    "Something about it was refused; the reason is given with it.",
    "Look at it again once the reason is mended, or accept it with a requester of your choice.",
)
_LOOP = HeldReason(
    "Suspected loop",
    "So much came from there in so short a time that two machines may be answering each other.",
    "Find the machine and stop it. If it is meant to write that often, allow the sender and look at the mails again.",
)
_AGENT = HeldReason(
    "An agent's mail",
    "It looks like an agent's answer, and that can't be relied on: the sender was not proven, or agents do not answer "
    "by mail here.",
    "Ask the agent whether it is theirs. If it is, attach it, or let them write it on the page.",
)
TOO_LARGE = HeldReason(
    "Too large",
    "It is larger than the desk takes, and its body was left on the mail server. Nothing of it is lost there.",
    "Fetch it all the same, if it is needed; or ask the sender for a smaller one, and discard this.",
)
_REASONS = {
    "no sender": HeldReason(
        "No sender",
        "It names nobody who could be answered.",
        "Attach it to an incident, or accept it and say who the requester is.",
    ),
    "own address": HeldReason(
        "From ourselves",
        "It claims to come from one of our own mailboxes: a loop, or forged.",
        "Usually to be discarded. Accept it for its real author when somebody sent it with the desk's account.",
    ),
    "delivery report": HeldReason(
        "Delivery report",
        "It reports on a letter that is none of ours; spam sent in our name leads to such reports.",
        "Discard it, unless it helps with an incident: then attach it.",
    ),
    "automatic answer": HeldReason(
        "Automatic answer",
        "An out-of-office notice or the like, to nothing we sent.",
        "Discard it. If that machine reports real trouble, allow its sender, and it makes incidents from now on.",
    ),
    "references": _STRANGER,
    "reply address": _STRANGER,
    "thread": _STRANGER,
    "subject": _STRANGER,
    "consultation": _STRANGER,
    "an agent": _AGENT,
    "agent mail": _AGENT,
    "blocked": HeldReason(
        "Blocked sender",
        "Somebody here decided that mail of this sender is held.",
        "Discard it. If the decision no longer holds, allow the sender or forget about them, then look at it again.",
    ),
    "loop": _LOOP,
    "old mail": HeldReason(
        "Old mail",
        "The server had it before the desk began to listen.",
        "Accept what is still to be done, and discard the rest. Old mail is never acknowledged.",
    ),
    "refused": _REFUSED,
}


def reason_of(row: LedgerRow) -> HeldReason:
    """What is to be known of a held mail before it is decided on."""
    return reason_for(row.rule, is_kept=row.sha256 is not None)


def reason_for(rule: str, is_kept: bool = True) -> HeldReason:
    """`is_kept`: its bytes are here, not on the server only."""
    return _REASONS.get(rule, _REFUSED) if is_kept else TOO_LARGE


def all_reasons() -> list[HeldReason]:
    """Each once, for the handbook."""
    return list(dict.fromkeys([*_REASONS.values(), TOO_LARGE]))


def rules_called(name: str) -> list[str]:
    """The rules behind a name that a list is narrowed down to."""
    return [rule for rule, reason in _REASONS.items() if reason.name == name]
