"""What the domain of a mail address says of its owner: nothing where everybody can have an address.

Asked for organizations, and before a reply leaves the circle of a conversation."""

import re

from helpdesk.errors import Invalid

DOMAIN_LENGTH_MAX = 253  # RFC 1035 section 2.3.4, less the length bytes at both ends
# Everybody's: the same domain says nothing about belonging together.
PUBLIC_DOMAINS = frozenset(
    {
        "163.com", "126.com", "aol.com", "arcor.de", "bluewin.ch", "btinternet.com", "comcast.net", "fastmail.com",
        "free.fr", "freenet.de", "gmail.com", "googlemail.com", "hey.com", "icloud.com", "inbox.lv", "interia.pl",
        "laposte.net", "libero.it", "mac.com", "mail.com", "mail.de", "mail.ru", "mailbox.org", "me.com", "msn.com",
        "naver.com", "o2.pl", "onet.pl", "orange.fr", "outlook.com", "pm.me", "posteo.de", "proton.me",
        "protonmail.com", "qq.com", "rediffmail.com", "rocketmail.com", "sfr.fr", "sky.com", "t-online.de",
        "tutanota.com", "virgilio.it", "wanadoo.fr", "web.de", "wp.pl", "yandex.com", "yandex.ru", "ymail.com",
        "zoho.com",
    }
)  # fmt: skip
# These have a domain in nearly every country: yahoo.co.uk, hotmail.fr, gmx.at.
_EVERYWHERE = frozenset({"aol", "gmx", "hotmail", "live", "outlook", "yahoo"})
_COUNTRY = re.compile(r"(com?\.)?[a-z]{2}|com|net|org")
_DOMAIN = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{0,61}[^\W_]")


def is_public(domain: str) -> bool:
    """Whether anybody can have an address there."""
    name, _, rest = domain.partition(".")
    return domain in PUBLIC_DOMAINS or (name in _EVERYWHERE and _COUNTRY.fullmatch(rest) is not None)


def normalized_domain(text: str) -> str:
    """“@Acme.example” as it is compared: acme.example. Raises Invalid for what is no domain of an organization."""
    domain = text.strip().lower().removeprefix("@").rstrip(".")
    if len(domain) > DOMAIN_LENGTH_MAX or not _DOMAIN.fullmatch(domain):
        raise Invalid(f"“{text[:80]}” is not a mail domain. Write it like example.org.", field="domains")
    if is_public(domain):
        raise Invalid(
            f"Anybody can have an address at {domain}, so it says nothing of an organization. Leave it out, and add "
            "those people one by one on their own page.",
            field="domains",
        )
    return domain


def with_parents(domain: str) -> list[str]:
    """eu.acme.example belongs to acme.example too; the nearest first, without the top level alone."""
    labels = domain.split(".")
    return [".".join(labels[start:]) for start in range(len(labels) - 1)]
