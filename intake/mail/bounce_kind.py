"""What a delivery report means for the address it is about. Asked when a report is filed and shown."""

from typing import Literal

from intake.mail.arrival import RecipientReport

BounceKind = Literal["hard", "soft", "delayed"]
# Of these RFC 3463 section 3 says that they are persistent transient errors, whatever class a server sends them with:
# mailbox full, mail system full, no answer, bad connection, directory failure, congestion, delivery time expired.
_TRANSIENT_DETAILS = frozenset({"2.2", "3.1", "4.1", "4.2", "4.3", "4.5", "4.7"})


def kind_of(report: RecipientReport) -> BounceKind:
    """delayed: the mail system goes on trying. hard: this will not work next time either (class 5).

    soft: it gave up, but the next mail may arrive (class 4, or one of the details that are transient by nature).
    """
    if report.action == "delayed":
        return "delayed"
    severity, _, detail = report.status.partition(".")
    return "soft" if severity == "4" or detail in _TRANSIENT_DETAILS else "hard"
