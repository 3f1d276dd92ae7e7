"""A letter's words for one occasion: which wording, in which language; and never a letter that can't be written.

When what the desk stored can't be filled in, the built-in words go out, and the fault is kept on the wording, where
administrators see it. For the composer."""

from datetime import datetime

import structlog

from helpdesk.letters.contents import Occasion, contents, values, written_by_agent
from helpdesk.letters.filling import Values
from helpdesk.letters.languages import Language, language_for
from helpdesk.letters.notices import tell_administrators
from helpdesk.letters.quoting import Quote, quote_for
from helpdesk.letters.rendering import Frame, Written, write, write_worded
from helpdesk.letters.wordings import WORDED, Phrasing, Place, built_in, words_for
from helpdesk.mailboxes.mailbox import Mailbox
from helpdesk.policies import LetterPolicy, policy

log = structlog.get_logger(__name__)
FAULT_LENGTH_MAX = 500


def written(occasion: Occasion, mailbox: Mailbox, thread_subject: str, *, now: datetime) -> Written:
    """Subject, text and HTML. Raises LookupError for a reply that is not there."""
    letter = occasion.planned.letter
    if letter not in WORDED:
        return write(letter, contents(occasion))
    session, incident = occasion.session, occasion.incident
    language = language_for(session, incident.requester, occasion.planned.address)
    given = values(occasion, mailbox, thread_subject, language, now)
    words = words_for(session, Place(letter, language.code, mailbox.id))
    return _filled(occasion, words, given, language, Frame(mailbox.footer, _quote(occasion, language)), now)


def _quote(occasion: Occasion, language: Language) -> Quote | None:
    entry = written_by_agent(occasion)
    if entry is None:
        return None
    return quote_for(occasion.session, entry, language, policy(occasion.session, LetterPolicy).time_zone)


def _filled(
    occasion: Occasion, words: Phrasing, given: Values, language: Language, frame: Frame, now: datetime
) -> Written:
    try:
        return write_worded(words, given, language, frame)
    except Exception as error:
        if words.wording is None:
            raise
        log.exception("a stored wording can't be filled in", wording=words.wording.id)
        _keep_fault(occasion, words, error, now)
    return write_worded(built_in(occasion.planned.letter, language.code), given, language, frame)


def _keep_fault(occasion: Occasion, words: Phrasing, error: Exception, now: datetime) -> None:
    wording = words.wording
    if wording is None or wording.fault:
        return
    what = f"There is no placeholder {{{error.args[0]}}}." if isinstance(error, KeyError) else str(error)
    wording.fault, wording.faulted_at = what[:FAULT_LENGTH_MAX], now
    said = f"The wording of “{occasion.planned.letter.value}” can't be used, so the built-in one went out. {what}"
    tell_administrators(occasion.session, said, f"/settings/letters/{wording.letter}", at=now)
