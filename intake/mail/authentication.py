"""Authentication-Results fields (RFC 8601 section 2.2) as written by the servers a mail passed. Reads, trusts nothing.

Which `authserv_id` may be believed is for the caller to know: anybody can put such a field into a mail.
"""

import re

from intake.mail.arrival import AuthenticationResults
from intake.mail.headers import Headers
from intake.mail.limits import Allowance

_FIELDS_MAX = 50
_RESULTS_MAX = 50
_CHARACTERS_MAX = 16_000
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[();]|\\.|[^"();\\]+|.', re.DOTALL)
_PAIR = re.compile(r'(?<![\w.-])([\w.-]+)(?:\s*/\s*\d+)?\s*=\s*("(?:[^"\\]|\\.)*"|[^\s"]*)', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def read_authentication(headers: Headers, allowance: Allowance) -> tuple[AuthenticationResults, ...]:
    """Every Authentication-Results field, topmost first; the topmost was written last, by the server nearest to us."""
    values = headers.lines("authentication-results")
    if len(values) > _FIELDS_MAX:
        allowance.note(f"more than {_FIELDS_MAX} Authentication-Results fields: the lower ones left out")
    return tuple(_read(value[:_CHARACTERS_MAX]) for value in values[:_FIELDS_MAX])


def _read(value: str) -> AuthenticationResults:
    segments = _segments(value)
    first = segments[0].split()
    authserv_id = first[0].strip('"') if first and "=" not in segments[0] else ""
    results = (one for segment in segments[0 if "=" in segments[0] else 1 :] if (one := _result(segment)))
    return AuthenticationResults(authserv_id.lower(), tuple(results)[:_RESULTS_MAX])


def _segments(value: str) -> list[str]:
    """The parts between semicolons, without comments (RFC 5322 section 3.2.2: they nest)."""
    segments = [""]
    depth = 0
    for token in _TOKEN.finditer(value):
        text = token[0]
        if text == "(":
            depth += 1
        elif text == ")" and depth:
            depth -= 1
        elif depth:
            continue
        elif text == ";":
            segments.append("")
        else:
            segments[-1] += text if text != ")" else " "
    return segments


def _result(segment: str) -> tuple[str, str, dict[str, str]] | None:
    """`method=result` and the properties behind it; None for "none" and for what is no result."""
    pairs = _PAIR.findall(segment)
    if not pairs:
        return None
    (method, result), *others = pairs
    properties: dict[str, str] = {}
    for name, value in others:
        properties.setdefault(name.lower(), _plain(value))
    return method.lower(), _plain(result), properties


def _plain(value: str) -> str:
    if value.startswith('"'):
        value = _ESCAPED.sub(r"\1", value[1:-1])
    return value.strip().lower()
