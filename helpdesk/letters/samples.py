"""What a wording looks like in a letter: filled in with a made-up incident, or with what one incident really says.

For the preview and the test letter. Links lead nowhere, so that nobody confirms anything by looking."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from helpdesk.incidents.incident import Incident
from helpdesk.incidents.thread import EntryKind
from helpdesk.letters.addresses import greeting_name, one_line
from helpdesk.letters.contents import desk_name, markdown_value, signature_value
from helpdesk.letters.filling import Value, Values
from helpdesk.letters.languages import LANGUAGES
from helpdesk.letters.quoting import Quote, excerpt
from helpdesk.letters.rendering import Frame, Written, write_worded
from helpdesk.letters.wordings import Phrasing, Place
from helpdesk.mailboxes.mailbox import Mailbox
from helpdesk.people.agent import Agent
from helpdesk.policies import LetterPolicy, policy
from helpdesk.settings import Settings

_REPLY = "Please start the VPN once more.\n\n- Does it stay connected now?\n- If not, which *message* do you see?"
_FIX = "We renewed the certificate of the gateway and restarted it."
_CAUSE = "The certificate had run out on Sunday."
_REPORT = "Since this morning the connection drops every few minutes.\nI have restarted twice."


def sample_letter(
    session: Session,
    place: Place,
    words: Phrasing,
    *,
    agent: Agent,
    mailbox: Mailbox | None,
    settings: Settings,
    now: datetime,
    incident: Incident | None = None,
) -> Written:
    """The letter as its reader would get it. Raises KeyError or ValueError for words that can't be filled in."""
    language = LANGUAGES[place.language]
    zone = policy(session, LetterPolicy).time_zone
    quote = None
    if place.letter.value == "reply":
        at, name, text = _reported(incident, now)
        quote = Quote(language.quoted.format(moment=language.at(at, zone), name=one_line(name)), excerpt(text))
    frame = Frame(mailbox.footer if mailbox else "", quote)
    common = _common(incident, settings, mailbox)
    requester = incident.requester.name if incident else "Mia Tanaka"
    name = greeting_name(requester)
    found = common | {
        "greeting": Value(language.greet(name)),
        "name": Value(name),
        "opened_on": Value(language.on(incident.opened_at if incident else now - timedelta(days=1), zone)),
        "today": Value(language.on(now, zone)),
        "answer_by": Value(language.at(now + timedelta(hours=4), zone)),
        "solved_by": Value(language.at(now + timedelta(days=2), zone)),
        "agent": Value(one_line(agent.name)),
        "text": markdown_value(_answered(incident)),
        "signature": signature_value(agent.signature or agent.name),
        "attachments": Value("" if incident else f"{language.attached}: vpn.pdf"),
        "fix": markdown_value((incident.resolution if incident else "") or _FIX),
        "cause": markdown_value((incident.cause if incident else "") or _CAUSE),
    }
    return write_worded(words, found, language, frame)


def _common(incident: Incident | None, settings: Settings, mailbox: Mailbox | None) -> Values:
    number = incident.number if incident else "INC-42"
    subject = one_line(incident.subject) if incident else "The VPN drops every few minutes"
    service = (incident.service.name if incident.service else "") if incident else "VPN"
    base = f"{settings.base_url}/track"
    texts = {
        "number": number,
        "subject": subject,
        "thread_subject": f"Re: {subject} [{number}]",
        "service": one_line(service),
        "desk": desk_name(settings, mailbox),
        "link": f"{base}/sample",
        "yes_link": f"{base}/sample-yes/answer",
        "no_link": f"{base}/sample-no/answer",
        "good_link": f"{base}/sample-good/survey",
        "middling_link": f"{base}/sample-middling/survey",
        "bad_link": f"{base}/sample-bad/survey",
    }
    return {name: Value(text) for name, text in texts.items()}


def _reported(incident: Incident | None, now: datetime) -> tuple[datetime, str, str]:
    written = [one for one in incident.entries if one.kind == EntryKind.MESSAGE.value] if incident else []
    if not written:
        return now - timedelta(days=1), "Mia Tanaka", _REPORT
    return written[-1].at, written[-1].author_name, written[-1].text


def _answered(incident: Incident | None) -> str:
    written = [one.text for one in incident.entries if one.kind == EntryKind.REPLY.value] if incident else []
    return written[-1] if written else _REPLY
