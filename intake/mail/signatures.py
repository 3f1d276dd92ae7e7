"""Signatures at the end of a reply: the "-- " delimiter (RFC 3676 section 4.3) and what telephones append."""

import re

_DELIMITER = re.compile(r"[ \t]*(?:--+|__+|—+|–+|-\*-)[ \t]*\Z")
_RULE = re.compile(r"[\s\-–—_=*#~+.ᐧ\u200b\ufeff|]*\Z")
_SIGNATURE_LINES = 20
_MOBILE = re.compile(
    r"[ \t]*[<(\[*_]{0,3}[ \t]*(?:"
    r"sent (?:from|via|with|by|using) (?:[^,.!?;:\n]{1,60}|(?:(?:my|a|an|the) )?(?:[\w'’-]+ ){0,3}?(?:i?phone"
    r"|ipad|ipod|android|galaxy|mobile|cell"
    r"|blackberry|outlook|mail|htc|samsung|nokia|device|yahoo|windows)\b[^\n]{0,120})"
    r"|get outlook for \w+|from my (?:iphone|ipad|android|mobile|phone)\b[^\n]{0,20}|someone from mobile"
    r"|(?:gesendet|von meinem|diese nachricht wurde von)\b[^\n]{0,60}(?:gesendet|iphone|ipad|android|handy"
    r"|mobil\w*|outlook|mail)\b[^\n]{0,60}"
    r"|envoyé (?:de|depuis|à partir de|avec)\b[^\n]{1,80}|télécharger outlook[^\n]{1,60}|enviado (?:desde|do"
    r"|de|a partir do|via)\b[^\n]{1,80}"
    r"|enviat des d[^\n]{1,60}|inviato (?:da|dal|con)\b[^\n]{1,80}|verzonden (?:vanaf|van|met"
    r"|via)\b[^\n]{1,80}|verstuurd vanaf[^\n]{1,60}"
    r"|skickat (?:från|med)\b[^\n]{1,60}|sendt (?:fra|med)\b[^\n]{1,60}|lähetetty [^\n]{1,60}"
    r"|wysłane z[^\n]{1,60}|odesláno z[^\n]{1,60}|odoslané z[^\n]{1,60}"
    r"|отправлено (?:с|из)\b[^\n]{1,60}|надіслано з[^\n]{1,60}|iphone['’]?umdan gönderildi"
    r"|[^\n]{0,30}(?:から送信|より送信|傳送|发送|發送|에서 보냄)"
    r")[>)\]*_.]{0,3}[ \t]*\Z",
    re.IGNORECASE,
)
_LINK = re.compile(r"<https?://[^<>\s]*>|\(https?://[^()\s]*\)|https?://[^\s<>()\[\]]*|[\[\]]", re.IGNORECASE)
_MOBILE_ABOVE_HISTORY = re.compile(r"<https?://aka\.ms/[\w-]{1,40}>[ \t]*\Z", re.IGNORECASE)
_LIST_FOOTER = re.compile(r"mailing list|/listinfo/|unsubscribe|list archives?", re.IGNORECASE)
_DASHED_NAME = re.compile(r"[ \t]*-[^\W\d_a-z][\w.'’]*(?: [^\W\d_a-z][\w.'’]*){0,2}[ \t]*\Z")


def signature_begin(lines: list[str], end: int) -> int:
    """The first line of what stands below the reply proper in the lines before `end`; `end` when nothing does."""
    end = _without_rules(lines, end)
    for _ in range(_SIGNATURE_LINES):
        if not end:
            break
        begin = _without_rules(lines, min(_block(lines, end), _mobile(lines, end)))
        if begin >= end:
            break
        end = begin
    return end


def is_outlook_mobile(line: str) -> bool:
    """The line Outlook's telephone app puts between the reply and a history that bears no marks."""
    return _MOBILE_ABOVE_HISTORY.search(line) is not None and _MOBILE.match(_LINK.sub("", line)) is not None


def _without_rules(lines: list[str], end: int) -> int:
    """Blank lines and lines drawn of dashes at the end go with the signature."""
    while end and _RULE.match(lines[end - 1]):
        end -= 1
    return end


def _block(lines: list[str], end: int) -> int:
    """Where a delimited signature of at most twenty lines begins. It must not swallow the whole text."""
    for index in range(end - 1, max(-1, end - _SIGNATURE_LINES - 1), -1):
        if _DELIMITER.match(lines[index]) and any(lines[above].strip() for above in range(index)):
            is_short = len(lines[index].strip()) <= 3 or lines[index].startswith("—")
            return index if is_short or _is_list_footer(lines[index:end]) else end
    return end


def _is_list_footer(lines: list[str]) -> bool:
    """What list software appends below a long rule."""
    text = "\n".join(lines[1:])[:2000]
    return len(lines) <= 8 and _LIST_FOOTER.search(text) is not None


def _mobile(lines: list[str], end: int) -> int:
    line = lines[end - 1]
    if len(line) <= 400 and end > 1 and (_MOBILE.match(_LINK.sub("", line)) or _is_dashed_name(lines, end)):
        return end - 1
    return end


def _is_dashed_name(lines: list[str], end: int) -> bool:
    return _DASHED_NAME.match(lines[end - 1]) is not None and not lines[end - 2].strip()
