"""Whether a server is this very machine: the one place where a connection needs no encryption. A leaf."""

from ipaddress import ip_address


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
