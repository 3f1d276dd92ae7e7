"""The languages that letters to requesters are written in: names of months, greetings, the few words around a text.

Which one a letter takes follows its requester; `language_for` decides. Pages are in English."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.people.requester import Address, Requester
from helpdesk.policies import LetterPolicy, policy


@dataclass(frozen=True, slots=True)
class Language:
    """`code` is of ISO 639-1. `moment` and `date` are patterns over day, month, year and time; `quoted` introduces a
    quoted mail, in a form that mail programs recognize and fold away."""

    code: str
    name: str
    greeting: str
    greeting_nobody: str
    date: str
    moment: str
    quoted: str
    attached: str
    conversation: str
    months: str

    def greet(self, name: str) -> str:
        return self.greeting.format(name=name) if name else self.greeting_nobody

    def on(self, at: datetime, zone: str = "UTC") -> str:
        """The day, spelt out: “2 March 2026”."""
        return self.date.format(**self._parts(at, zone))

    def at(self, at: datetime, zone: str = "UTC") -> str:
        """Day and time, with the time zone's short name."""
        return self.moment.format(**self._parts(at, zone))

    def _parts(self, at: datetime, zone: str) -> dict[str, object]:
        local = at.astimezone(UTC if zone == "UTC" else ZoneInfo(zone))
        return {
            "day": local.day,
            # French and Italian say "the first", then count.
            "nth": _nth(self.code, local.day),
            "month": self.months.split()[local.month - 1],
            "year": local.year,
            "time": f"{local:%H:%M} {local:%Z}",
        }


def _nth(code: str, day: int) -> str:
    if day != 1:
        return str(day)
    return {"fr": "1er", "it": "1º"}.get(code, "1")


ENGLISH = Language(
    code="en",
    name="English",
    greeting="Hello {name},",
    greeting_nobody="Hello,",
    date="{day} {month} {year}",
    moment="{day} {month} {year} at {time}",
    quoted="On {moment}, {name} wrote:",
    attached="Attached",
    conversation="the whole conversation",
    months="January February March April May June July August September October November December",
)
GERMAN = Language(
    code="de",
    name="German",
    greeting="Guten Tag {name},",
    greeting_nobody="Guten Tag,",
    date="{day}. {month} {year}",
    moment="{day}. {month} {year} um {time}",
    quoted="Am {moment} schrieb {name}:",
    attached="Anlagen",
    conversation="der ganze Schriftwechsel",
    months="Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
)
FRENCH = Language(
    code="fr",
    name="French",
    greeting="Bonjour {name},",
    greeting_nobody="Bonjour,",
    date="{nth} {month} {year}",
    moment="{nth} {month} {year} à {time}",
    quoted="Le {moment}, {name} a écrit :",
    attached="Pièces jointes",
    conversation="toute la conversation",
    months="janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
)
SPANISH = Language(
    code="es",
    name="Spanish",
    greeting="Hola, {name}:",
    greeting_nobody="Hola:",
    date="{day} de {month} de {year}",
    moment="{day} de {month} de {year} a las {time}",
    quoted="El {moment}, {name} escribió:",
    attached="Archivos adjuntos",
    conversation="toda la conversación",
    months="enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
)
ITALIAN = Language(
    code="it",
    name="Italian",
    greeting="Buongiorno {name},",
    greeting_nobody="Buongiorno,",
    date="{nth} {month} {year}",
    moment="{nth} {month} {year} alle {time}",
    quoted="Il {moment}, {name} ha scritto:",
    attached="Allegati",
    conversation="l’intera conversazione",
    months="gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
)
DUTCH = Language(
    code="nl",
    name="Dutch",
    greeting="Beste {name},",
    greeting_nobody="Goedendag,",
    date="{day} {month} {year}",
    moment="{day} {month} {year} om {time}",
    quoted="Op {moment} schreef {name}:",
    attached="Bijlagen",
    conversation="het hele gesprek",
    months="januari februari maart april mei juni juli augustus september oktober november december",
)

LANGUAGES = {one.code: one for one in (ENGLISH, GERMAN, FRENCH, SPANISH, ITALIAN, DUTCH)}


def known_language(text: str) -> str:
    """The code of a language that we have, from a tag such as `de-AT` (RFC 5646); "" when we have it not."""
    code = text.strip().lower().replace("_", "-").partition("-")[0]
    return code if code in LANGUAGES else ""


def language_for(session: Session, requester: Requester, address: str = "") -> Language:
    """What to write in to this requester. `address`: who else the letter goes to, with a language of their own
    where we know one. Where nothing is known, the desk's own language."""
    chosen = policy(session, LetterPolicy)
    spoken = requester.language
    if address and address not in {one.address for one in requester.addresses}:
        query = select(Requester.language).join(Address).where(Address.address == address)
        spoken = session.scalars(query).first() or spoken
    code = known_language(spoken) if chosen.follows_requester else ""
    return LANGUAGES[code or chosen.default_language]
