"""The words around a scenario: greetings, chasers, acknowledgements and thanks, and the slots filled into its prose."""

import re
from functools import lru_cache
from random import Random

from .company import REQUESTERS, Agent, Language, Requester

TERSE_BELOW = 90  # characters; who writes this little greets nobody
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
SITES = {
    "Kelmouth office": "KEL",
    "Kelmouth Quay shop": "QUA",
    "Ropewalk workshop": "ROP",
    "Alder Mill workshop": "ALD",
    "Alder Mill warehouse": "ALD",
    "Edinburgh shop": "EDI",
    "York shop": "YOR",
    "Bristol shop": "BRI",
    "Hamburg shop": "HAM",
    "Lyon shop": "LYO",
    "Bilbao shop": "BIL",
}
OUTSIDE = ("customer", "supplier")
COLLEAGUES = tuple(person.first_name for person in REQUESTERS if person.area not in OUTSIDE)

OPENINGS: dict[Language, tuple[str, ...]] = {
    "en": ("Hello,", "Hi,", "Good morning,", "Hello service desk,", "Hi all,", "Dear service desk,"),
    "de": ("Hallo,", "Guten Tag,", "Hallo zusammen,"),
    "fr": ("Bonjour,", "Bonjour à tous,"),
    "es": ("Hola:", "Buenos días:"),
}
CLOSINGS: dict[Language, tuple[str, ...]] = {
    "en": ("Thanks\n{first}", "Kind regards\n{name}\n{job}, {place}", "Many thanks, {first}", "Best wishes\n{name}"),
    "de": ("Viele Grüße\n{name}", "Danke und Gruß\n{first}", "Mit freundlichen Grüßen\n{name}"),
    "fr": ("Merci d'avance\n{name}", "Cordialement\n{name}"),
    "es": ("Gracias\n{name}", "Un saludo\n{name}"),
}
DETAILS: dict[Language, tuple[str, ...]] = {
    "en": (
        "{colleague} had something like it a while ago, perhaps that helps.",
        "You can reach me on extension {ext} until four.",
        "Thank you for having a look.",
        "Please write rather than ring today, I am mostly away from the phone.",
        "Somebody may connect to my computer any time, the number is {host}.",
        "The best time to reach me is before noon.",
    ),
    "de": ("Ich bin unter Durchwahl {ext} zu erreichen.", "Am besten bin ich vormittags zu erreichen."),
    "fr": ("Vous pouvez me joindre au poste {ext}.", "Je suis disponible toute la matinée."),
    "es": ("Estoy en la extensión {ext}.", "Estaré disponible hasta las dos."),
}
# Customers and suppliers have no extension, no job title and no device of ours.
OUTSIDE_CLOSINGS: dict[Language, tuple[str, ...]] = {
    "en": ("Kind regards\n{name}", "Thank you\n{name}", "Many thanks in advance, {name}"),
    "de": ("Mit freundlichen Grüßen\n{name}",),
    "fr": ("Cordialement\n{name}",),
    "es": ("Un saludo\n{name}",),
}
OUTSIDE_OPENINGS: dict[Language, tuple[str, ...]] = {
    "en": ("Hello,", "Good morning,", "Dear Harbour & Pine,"),
    "de": ("Guten Tag,", "Sehr geehrte Damen und Herren,"),
    "fr": ("Bonjour,",),
    "es": ("Buenos días:",),
}
OUTSIDE_DETAILS: dict[Language, tuple[str, ...]] = {
    "en": (
        "A short answer by e-mail is enough.",
        "I can be reached by e-mail at any time.",
        "This is rather urgent for us.",
    ),
    "de": ("Eine kurze Antwort per E-Mail genügt.",),
    "fr": ("Une réponse par courriel me suffit.",),
    "es": ("Con una respuesta por correo es suficiente.",),
}
CHASERS: dict[Language, tuple[str, ...]] = {
    "en": (
        "Is there any news on this? I can't get on with my work without it.",
        "Just asking whether somebody has had a look yet. It is still the same here.",
        "Could somebody tell me whether this has been seen? I can also show it over a call.",
    ),
    "de": ("Gibt es hierzu schon etwas Neues? Es ist unverändert.",),
    "fr": ("Avez-vous des nouvelles ? Le problème est toujours là.",),
    "es": ("¿Hay alguna novedad? Sigue igual.",),
}
ACKNOWLEDGEMENTS: dict[Language, tuple[str, ...]] = {
    "en": (
        "Hello {first},\n\nthank you, I have taken this over and am looking at it now. I will write again before {deadline}.\n\n{agent}",
        "Hi {first},\n\nthanks for the clear description. I am checking it on our side first and come back to you.\n\n{agent}",
        "Hello {first},\n\nyour message has reached me. I am comparing it with two earlier cases and will tell you what I find.\n\n{agent}",
        "Hello {first},\n\nI can see it here as well. Please leave everything as it is for now, I am on it.\n\n{agent}",
    ),
    "de": (
        "Guten Tag {name},\n\nvielen Dank für Ihre Meldung. Ich sehe mir das an und melde mich, sobald ich mehr weiß.\n\n{agent}",
    ),
    "fr": (
        "Bonjour {name},\n\nmerci pour votre message. Je m'en occupe et vous tiens au courant aujourd'hui.\n\n{agent}",
    ),
    "es": ("Hola, {name}:\n\ngracias por el aviso. Lo estoy mirando y le escribo en cuanto sepa más.\n\n{agent}",),
}
SORRY_AGAIN = (
    "Hello {first},\n\nI'm sorry that it is back. I have opened it again and will look for what lies behind it.\n\n{agent}",
    "Hi {first},\n\nthank you for telling me, then it was not the whole story. I stay on it until it holds.\n\n{agent}",
)
OUTSIDE_ACKNOWLEDGEMENTS = (
    "Dear {name},\n\nthank you for writing to us. I am looking into it and will answer by {deadline}.\n\n{agent}",
    "Dear {name},\n\nyour message has reached me. I am checking this with the people concerned.\n\n{agent}",
)
THANKS: dict[Language, tuple[str, ...]] = {
    "en": (
        "Thank you very much, {agent}, that is settled.",
        "Brilliant, all fine now. Thank you for the help.",
        "Yes, it's fixed. Thank you.",
        "Thank you for explaining what it was. Next time I'll know.",
        "",
        "",
    ),
    "de": ("Damit ist es erledigt, vielen Dank!", "Danke für die schnelle Hilfe."),
    "fr": ("C'est réglé, merci beaucoup.",),
    "es": ("Ya está resuelto, muchas gracias.",),
}
CHECKED = (
    "",
    "About {minutes} minutes of work.",
    "Asked {first} to write at once if it comes back.",
    "{first} has confirmed it.",
    "Confirmed with {first} by phone.",
    "Looked again before resolving this: still fine.",
    "Told {first} what it was.",
    "No further reports since then.",
)
HANDOVERS = (
    "Checked the simple things from the desk (restart, cable, another account). This needs the specialists.",
    "Can't be mended from the desk: passing on with what {first} wrote.",
    "Reproduced it here with another account. Handing over.",
)


@lru_cache(maxsize=4096)
def prose(text: str) -> str:
    """Joins lines that were wrapped in the source; blank lines separate paragraphs."""
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def fill(text: str, slots: dict[str, str]) -> str:
    """A scenario's prose, joined, with its slots filled."""
    return prose(text).format_map(slots)


def slots(rng: Random, person: Requester, agent: Agent) -> dict[str, str]:
    """What may stand for the slots: the people concerned, and devices and numbers that differ each time."""
    site = SITES.get(person.place, "KEL")
    return {
        "first": person.first_name,
        "name": person.name,
        "job": person.job,
        "place": person.place,
        "agent": agent.first_name,
        "colleague": _other(rng, person.first_name),
        "day": rng.choice(WEEKDAYS),
        "deadline": rng.choice(("noon", "three o'clock", "the end of the day")),
        "host": f"LT-{rng.randrange(101, 399):04}",
        "printer": f"PRN-{site}-{rng.randrange(1, 7):02}",
        "till": f"TILL-{site}-{rng.randrange(1, 4)}",
        "machine": f"CNC-{rng.randrange(1, 5)}",
        "order": f"W-{rng.randrange(41000, 59000)}",
        "minutes": str(rng.randrange(1, 10) * 5),
        "invoice": f"INV-{rng.randrange(20100, 28900)}",
        "ext": str(rng.randrange(110, 490)),
        "room": f"{rng.choice('ABC')}{rng.randrange(1, 4)}",
    }


def sentence(text: str) -> str:
    """The text, ended with a full stop where a terse writer left it out."""
    return text if text.endswith((".", "?", "!")) else text + "."


def detail(rng: Random, person: Requester, language: Language) -> str:
    """A sentence that makes a report the person's own; may hold slots."""
    return rng.choice((OUTSIDE_DETAILS if person.area in OUTSIDE else DETAILS)[language])


def acknowledgement(rng: Random, person: Requester, language: Language) -> str:
    """What an agent writes first; holds slots."""
    if language == "en" and person.area in OUTSIDE:
        return rng.choice(OUTSIDE_ACKNOWLEDGEMENTS)
    return rng.choice(ACKNOWLEDGEMENTS[language])


def as_mail(rng: Random, body: str, person: Requester, language: Language, filled: dict[str, str]) -> str:
    """A mail as a person writes it: greeting and signature, unless it is a single terse line."""
    if len(body) < TERSE_BELOW and rng.random() < 0.7:
        return body
    openings = (OUTSIDE_OPENINGS if person.area in OUTSIDE else OPENINGS)[language]
    closings = (OUTSIDE_CLOSINGS if person.area in OUTSIDE else CLOSINGS)[language]
    closing = rng.choice(closings).format_map(filled)
    return f"{rng.choice(openings)}\n\n{body}\n\n{closing}"


def _other(rng: Random, first_name: str) -> str:
    name = rng.choice(COLLEAGUES)
    return name if name != first_name else "Margaret" if first_name != "Margaret" else "Owen"
