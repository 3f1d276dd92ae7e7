"""The kinds of letter there are. Each has a folder of that name in templates/letters."""

from enum import StrEnum

from helpdesk.letters.message_ids import Side


class Letter(StrEnum):
    """To the requester's side first, then to agents."""

    ACKNOWLEDGEMENT = "acknowledgement"  # we have your report
    REPLY = "reply"  # what an agent wrote
    RESOLUTION = "resolution"  # what fixed it, and the question whether it did
    REOPENED = "reopened"  # we are on it again
    CLOSED = "closed"  # the record is done with
    CONSULTATION = "consultation"  # a question to a third party, of which the requester knows nothing
    AGENT_NEW = "agent_new"  # an incident was opened
    AGENT_ASSIGNED = "agent_assigned"  # it is yours now
    AGENT_MESSAGE = "agent_message"  # the requester wrote
    AGENT_REOPENED = "agent_reopened"  # the requester says that it is not fixed
    AGENT_CONFIRMED = "agent_confirmed"  # the requester says that it is fixed
    AGENT_WOKEN = "agent_woken"  # the time that it was put off to has come
    AGENT_DELIVERY_FAILED = "agent_delivery_failed"  # a letter will not reach its reader
    AGENT_DIGEST = "agent_digest"  # all that happened since the last one
    AGENT_TEST = "agent_test"  # a letter to requesters, as an administrator words it, to themselves
    AGENT_DELIVERY_UNCERTAIN = "agent_delivery_uncertain"  # nobody can tell whether a letter arrived
    AGENT_NOT_SENT = "agent_not_sent"  # a letter that was to leave later stayed here: they answered first
    AGENT_ESCALATED = "agent_escalated"  # it was escalated to you, or nobody before you acknowledged it
    AGENT_WATCHED = "agent_watched"  # something happened in an incident that somebody watches
    AGENT_MENTIONED = "agent_mentioned"  # a colleague called you in a note
    AGENT_TASK = "agent_task"  # a task was given to you or your team, or was not done in time
    AGENT_SERVICE_LEVEL = "agent_service_level"  # the time for a promise runs out, or has run out
    AGENT_MAIL_HELD = "agent_mail_held"  # what an agent wrote by mail could not be done

    @property
    def side(self) -> Side:
        return Side.AGENT if self.value.startswith("agent_") else Side.REQUESTER

    @property
    def auto_submitted(self) -> str:
        """The value of Auto-Submitted (RFC 3834 section 5); "" for what a person wrote."""
        if self in BY_HAND:
            return ""
        return "auto-replied" if self is Letter.ACKNOWLEDGEMENT else "auto-generated"


def automatic_on(side: Side) -> list[str]:
    """The kinds that a machine sends to this side of the desk."""
    return [letter.value for letter in AUTOMATIC if letter.side is side]


# What an agent wrote; it waits a moment before it leaves.
BY_HAND = (Letter.REPLY, Letter.CONSULTATION)
AUTOMATIC = frozenset(letter for letter in Letter if letter.auto_submitted)
