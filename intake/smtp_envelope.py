"""What comes through the SMTP door and who may bring it: the words shared by `smtp_door` and `smtp_protocol`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from intake.source import MEBIBYTE

LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


@dataclass(frozen=True)
class Envelope:
    """One mail as it came through the door; its header may say something else about everybody."""

    mail_from: str  # "" for the null reverse-path of bounces
    rcpt_tos: tuple[str, ...]  # those that were allowed, as written
    raw: bytes = field(repr=False)
    peer: str  # IP address of the machine that handed it in
    helo: str  # what that machine calls itself; not verified
    smtp_utf8: bool = False


@dataclass(frozen=True)
class DoorRules:
    """Who may hand in what. `recipient_allowed` is asked in a thread and may look into the database."""

    recipient_allowed: Callable[[str], bool]
    message_bytes_max: int = 50 * MEBIBYTE
    networks: Sequence[IPv4Network | IPv6Network] = LOOPBACK

    def knows(self, peer: str) -> bool:
        """Whether this machine may hand in mail at all."""
        address = ip_address(peer.partition("%")[0])
        mapped = getattr(address, "ipv4_mapped", None)  # a dual-stack socket shows IPv4 peers so
        return any((mapped or address) in network for network in self.networks)
