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
    AGENT_NEW = "agent_new"  # an incident was opened
    AGENT_ASSIGNED = "agent_assigned"  # it is yours now
    AGENT_MESSAGE = "agent_message"  # the requester wrote
    AGENT_REOPENED = "agent_reopened"  # the requester says that it is not fixed
    AGENT_CONFIRMED = "agent_confirmed"  # the requester says that it is fixed
    AGENT_WOKEN = "agent_woken"  # the time that it was put off to has come
    AGENT_DELIVERY_FAILED = "agent_delivery_failed"  # a letter will not reach its reader

    @property
    def side(self) -> Side:
        return Side.AGENT if self.value.startswith("agent_") else Side.REQUESTER

    @property
    def auto_submitted(self) -> str:
        """The value of Auto-Submitted (RFC 3834 section 5); "" for what a person wrote."""
        if self is Letter.REPLY:
            return ""
        return "auto-replied" if self is Letter.ACKNOWLEDGEMENT else "auto-generated"


AUTOMATIC = frozenset(letter for letter in Letter if letter.auto_submitted)
