"""Until when is the writer of an out-of-office notice away? Conservative: what may mean two days means none."""

import re
from datetime import date, timedelta

from intake.mail.written_dates import DATE, coming_date

_CHARACTERS = 4000
_AGREE_DAYS = 4  # "until Friday, back on Monday"
_I = re.IGNORECASE
# What stands before the last day, and before the first day back, by language; only English leaves 03/04 open.
_UNTIL = {
    "en": r"(?:until|till?|til|through|thru|up to|up until)(?: and including| the end of)?(?: on)?",
    "de": r"bis(?: (?:einschlie(?:ß|ss)lich|inkl(?:usive|\.)?|voraussichtlich|inklusive))?(?: (?:zum|am|den))?",
    "fr": r"jusqu.(?:au|à)(?: (?:et y compris|inclus))?(?: le)?",
    "es": r"hasta(?: el)?(?: día)?",
    "it": r"(?:fino|sino) (?:al|a)(?: giorno)?",
    "nl": r"(?:tot en met|t/m|t\.e\.m\.)",
}
_BACK = {
    "en": r"(?:(?:be|am|i'm|i’m|get|come|coming|is|are) back|return(?:ing|s)?|back|available again)"
    r"(?: (?:in|at|to|from) (?:the |my )?(?:office|work|desk|leave|vacation|holiday))?(?: again)?(?:,? (?:on|from|by))",
    "de": r"(?:(?:ab|am)(?: dem)?(?=(?:(?!\b(?:ab|am)\b).){3,45}\b(?:wieder|zurück)\b)"
    r"|\b(?:wieder|zurück)\b(?: [\w-]+){0,3} (?:ab|am)(?: dem)?)",
    "fr": r"(?:de retour|(?:je )?(?:reviens|reviendrai|rentrerai)|reprendrai[\w ]{0,20})(?: (?:au bureau|au travail))?"
    r"(?: à partir)?(?: du| le| ce)?",
    "es": r"(?:vuelvo|volveré|regreso|regresaré|de vuelta|de regreso|me reincorporo|me reincorporaré)"
    r"(?: (?:a la oficina|al trabajo))?(?: a partir)?(?: el| del)?(?: día)?",
    "it": r"(?:rientro|rientrerò|tornerò|torno|di ritorno|di nuovo (?:disponibile|in ufficio))"
    r"(?: in (?:ufficio|sede))?(?: a partire)?(?: il| dal)?(?: giorno)?",
    "nl": r"(?:(?:vanaf|op)(?=(?:(?!\b(?:vanaf|op)\b).){3,45}\b(?:weer|terug)\b)"
    r"|(?:weer|terug)(?: (?:aanwezig|bereikbaar|beschikbaar|op kantoor|aan het werk))? (?:vanaf|op))",
}
# "from 23 to 30 November": the first day, whatever it is, then the word before the last.
_RANGE = {
    "en": (r"(?:from|between)", r"(?:to|and|until|till|through|-|–)"),
    "de": (r"(?:vom|von|zwischen dem)", r"(?:bis(?: zum| einschlie(?:ß|ss)lich)?|und dem|-|–)"),
    "fr": (r"(?:du|entre le)", r"(?:au|et le|-|–)"),
    "es": (r"(?:del|desde el|entre el)", r"(?:al|hasta el|y el|-|–)"),
    "it": (r"(?:dal|tra il)", r"(?:al|fino al|e il|-|–)"),
    "nl": (r"(?:van|tussen)", r"(?:t/m|tot en met|tot|en|-|–)"),
}


def _before(phrases: dict[str, str]) -> dict[str, re.Pattern[str]]:
    return {language: re.compile(rf"(?<![^\W_]){words}\s+(?=[\w])", _I) for language, words in phrases.items()}


_FIRST_DAY = r"\s+[^\n.!?]{0,8}\d[^\n!?]{0,30}?\s?"
_LAST_DAYS = _before(_UNTIL)
_FIRST_DAYS_BACK = _before(_BACK)
_SPANS = {
    language: re.compile(rf"(?<![^\W_]){begin}{_FIRST_DAY}{end}\s*(?=\w)", _I)
    for language, (begin, end) in _RANGE.items()
}


def away_until(text: str, sent_on: date) -> date | None:
    """The last day of absence that `text` names, read on the day it was written. None when unsure."""
    text = " ".join(text[:_CHARACTERS].replace("*", " ").split())
    last = _named(_LAST_DAYS, text, sent_on) | _named(_SPANS, text, sent_on)
    back = _named(_FIRST_DAYS_BACK, text, sent_on)
    if len(last) > 1 or len(back) > 1:
        return None
    if last:
        day = min(last)
        is_agreed = all(0 <= (one - day).days <= _AGREE_DAYS for one in back)
        return day if is_agreed and day >= sent_on else None
    day_before = min(back, default=sent_on) - timedelta(days=1)
    return day_before if day_before >= sent_on else None


def _named(patterns: dict[str, re.Pattern[str]], text: str, sent_on: date) -> set[date]:
    """The days that stand behind any of these phrases."""
    days = set()
    for language, pattern in patterns.items():
        for phrase in pattern.finditer(text):
            found = DATE.match(text, phrase.end())
            day = coming_date(found, sent_on, is_day_first=language != "en") if found else None
            if day is not None:
                days.add(day)
    return days
