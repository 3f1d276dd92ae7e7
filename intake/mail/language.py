"""In which language is a mail written? Content-Language where the sender says so, else its small words counted."""

import re
from collections import Counter, defaultdict

from intake.mail.headers import Headers

_CHARACTERS = 4000
_WORDS_MIN = 4  # of the language that wins
_LEAD = 1.6  # times as many as of the next
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_TAG = re.compile(r"([a-zA-Z]{2})(?:[-_][\w-]{1,20})?\Z")
_SMALL_WORDS = {
    "en": "the and is are was were have has had not with this that you your we our from please can could would"
    " when what which there been will it's don't i'm my for hello thanks",
    "de": "der die das und ist nicht ich sie wir ein eine einen mit auf für dass den dem von zu bitte haben wird"
    " kann auch wenn noch bei aus meine mein hallo danke uns",
    "fr": "le la les et est je vous nous une pas que qui pour dans avec sur mais bonjour merci votre notre des du"
    " c'est j'ai ne mon ma avez suis cette",
    "es": "el los las y es una por para con que del no se su me mi hola gracias pero está puedo usted muy tengo"
    " cuando también hay lo",
    "it": "il lo gli e è un una per con che del della non sono mi si ho grazie ciao ma questo nostro vostro anche"
    " più dal nel buongiorno di",
    "nl": "het een en is niet ik wij we van voor met dat op te zijn hebben kan graag maar ook nog deze bij mijn"
    " hallo bedankt uw geen",
    "pt": "o os as e é um uma para com que não se do da dos no na por meu minha obrigado obrigada olá mas está"
    " você nosso ao também tenho",
    "pl": "i w nie na się jest że do z to jak dla po ale czy mam proszę dziękuję dzień dobry mój moje od za jestem"
    " przy można",
}
_LANGUAGES_OF: dict[str, list[str]] = defaultdict(list)
for _language, _words in _SMALL_WORDS.items():
    for _one in _words.split():
        _LANGUAGES_OF[_one].append(_language)


def language_of(headers: Headers, text: str) -> str:
    """ISO 639-1 code, "" when nothing tells clearly. A field that names several languages is passed over."""
    declared = _TAG.match(headers.text("content-language"))
    return declared[1].lower() if declared else _counted(text)


def _counted(text: str) -> str:
    words = [word.lower().replace("’", "'") for word in _WORD.findall(text[:_CHARACTERS])]
    known = [_LANGUAGES_OF[word] for word in words if word in _LANGUAGES_OF]
    counts = Counter(language for languages in known for language in languages)
    (language, most), (_, next_most) = [*counts.most_common(2), ("", 0), ("", 0)][:2]
    others = Counter(languages[0] for languages in known if len(languages) == 1 and languages[0] != language)
    is_one = max(others.values(), default=0) < _WORDS_MIN  # no passage in a second language
    is_clear = most >= _WORDS_MIN and most >= next_most * _LEAD and most * 8 >= len(words)
    return language if is_clear and is_one else ""
