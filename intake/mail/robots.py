"""Addresses behind which nobody reads. Used to decide whether an automatic answer may go out."""

import re

_LOCAL_PARTS = re.compile(
    r"(?:mailer-?daemon|mail-?daemon|post-?master|mailmaster|daemon|double-?bounce|bounces?|abuse"
    r"|(?:do)?-?not?-?reply|do[._-]?not[._-]?(?:reply|respond)|no[._-]?(?:reply|response|antwort|responder)"
    r"|ne-?pas-?repondre|nicht-?antworten|listserv|majordomo|mailman|root|nobody)"
    r"(?:[._+=-].*)?|.*[._+-](?:bounces?|no-?reply|owner|request)|owner-.*",
    re.IGNORECASE,
)
_PROBE_CHARACTERS = 320  # RFC 3696 erratum 1690 allows 254; more is not an address


def is_robot_address(address: str) -> bool:
    """True for mailer-daemon, noreply, list owners and the like; "" (the null path) counts as one."""
    local = address[:_PROBE_CHARACTERS].rpartition("@")[0] or address[:_PROBE_CHARACTERS]
    return not address or _LOCAL_PARTS.fullmatch(local) is not None
