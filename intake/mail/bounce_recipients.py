"""What a delivery report says of each of its recipients: they may have failed for different reasons."""

from dataclasses import replace

from intake.mail.arrival import RecipientReport
from intake.mail.bounce_prose import line_with, status_in
from intake.mail.delivery_status import Report


def told_of_each(reports: list[Report], head: str, summary: RecipientReport) -> tuple[RecipientReport, ...]:
    """One for each recipient of the groups of fields (RFC 3464), by the address that the sender wrote."""
    named = {one.recipients[0].lower(): one for one in reversed(reports) if one.recipients}
    if len(named) == 1:
        (only,) = named.values()
        return (replace(summary, recipient=only.recipients[0]),)
    in_prose = _passages(head, tuple(one.recipients[0] for one in named.values()))
    return tuple(_told(one, in_prose, summary) for one in reversed(named.values()))


def told_in_prose(recipients: tuple[str, ...], head: str, summary: RecipientReport) -> tuple[RecipientReport, ...]:
    """What the text says behind each address is about it; where it says nothing there, the summary holds."""
    if len(recipients) == 1:
        return (replace(summary, recipient=recipients[0]),)
    told = _passages(head, recipients)
    return tuple(_from_passage(name, told.get(name, ""), summary) for name in recipients)


def _told(report: Report, in_prose: dict[str, str], summary: RecipientReport) -> RecipientReport:
    """The text is asked where the fields give no more than a class, as OpenSMTPD and KDDI do."""
    name = report.recipients[0]
    known = replace(
        summary,
        recipient=name,
        action=report.action or summary.action,
        status=report.status or ("4.0.0" if report.action == "delayed" else "5.0.0"),
        diagnostic=report.diagnostic,
    )
    is_vague = not report.status or (report.status.endswith(".0.0") and not report.diagnostic)
    return _from_passage(name, in_prose.get(name, ""), known) if is_vague else known


def _from_passage(name: str, passage: str, otherwise: RecipientReport) -> RecipientReport:
    status = status_in(passage)
    if not status or (otherwise.action == "delayed" and status[0] != "4"):
        return replace(otherwise, recipient=name)
    diagnostic = line_with(passage, status) or _first_sentence(passage, name) or otherwise.diagnostic
    return replace(otherwise, recipient=name, status=status, diagnostic=diagnostic)


def _first_sentence(passage: str, name: str) -> str:
    """The first line that says more than the address."""
    lines = (line.strip(" \t<>:") for line in passage.split("\n"))
    return next((line[:500] for line in lines if line and line.lower() != name.lower()), "")


def _passages(head: str, recipients: tuple[str, ...]) -> dict[str, str]:
    """What stands between the line that names a recipient and the line that names the next one."""
    lowered = head.lower()
    starts = sorted((at, name) for name in recipients if (at := lowered.find(name.lower())) >= 0)
    ends = [*(at for at, _ in starts[1:]), len(head)]
    return {name: head[begin:end] for (begin, name), end in zip(starts, ends, strict=False)}
