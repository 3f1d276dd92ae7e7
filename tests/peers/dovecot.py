"""A private Dovecot 2.3: IMAP plain, STARTTLS and TLS on loopback, users from a file, mailboxes in a folder.

Runs as root (mail then belongs to nobody) and as an ordinary user. Its mail survives `kill` and `start`.
"""

import getpass
import grp
import os
import pwd
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from imapclient import IMAPClient

from tests.peers.certificates import Certificates, make_certificates
from tests.peers.processes import Server, accepts, folder, free_port
from tests.peers.required import require
from tests.peers.waiting import wait_for

USER = "desk@example.com"
PASSWORD = "correct horse"

ACCESS_LISTS = (
    "mail_plugins = acl",
    "plugin {",
    "acl = vfile",
    "}",
)

CONFIG = """
base_dir = {where}/run
state_dir = {where}/state
log_path = {where}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
default_internal_user = {internal_user}
default_internal_group = {internal_group}
default_login_user = {login_user}
mail_uid = {mail_uid}
mail_gid = {mail_gid}
first_valid_uid = 1
first_valid_gid = 1
mail_location = mdbox:~/mdbox
mail_fsync = never
mail_max_userip_connections = 100
auth_failure_delay = 0
disable_plaintext_auth = no
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {where}/users
}}
userdb {{
  driver = static
  args = home={where}/mail/%u
}}
namespace inbox {{
  inbox = yes
  prefix = {prefix}
  separator = {separator}
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  service_count = 0
  process_min_avail = 1
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service stats {{
  client_limit = 1000
}}
{more}
"""


class Dovecot:
    """Use `dovecot_server()`; one folder of mail for each user name."""

    host = "127.0.0.1"
    username = USER
    password = PASSWORD

    def __init__(self, where: Path, certificates: Certificates, prefix: str, separator: str, more: str) -> None:
        self.port = free_port()
        self.tls_port = free_port()
        self.certificates = certificates
        self._where = where
        self._config = where / "dovecot.conf"
        self._config.write_text(self._settings(prefix, separator, more))
        self._server: Server | None = None
        self.add_user(USER)

    def _settings(self, prefix: str, separator: str, more: str) -> str:
        root = os.geteuid() == 0
        me = pwd.getpwuid(os.geteuid())
        mail_user = pwd.getpwnam("nobody") if root else me
        mail = self._where / "mail"
        mail.mkdir()
        os.chown(mail, mail_user.pw_uid, mail_user.pw_gid)
        return CONFIG.format(
            where=self._where,
            certificate=self.certificates.certificate,
            key=self.certificates.key,
            internal_user="dovecot" if root else getpass.getuser(),
            internal_group="dovecot" if root else grp.getgrgid(os.getegid()).gr_name,
            login_user="dovenull" if root else getpass.getuser(),
            mail_uid=mail_user.pw_uid,
            mail_gid=mail_user.pw_gid,
            port=self.port,
            tls_port=self.tls_port,
            prefix=prefix,
            separator=separator,
            more=more,
        )

    def add_user(self, name: str, password: str = PASSWORD) -> None:
        with (self._where / "users").open("a") as users:
            users.write(f"{name}:{{PLAIN}}{password}\n")
        (self._where / "users").chmod(0o644)

    def start(self) -> None:
        self._server = Server([require("dovecot"), "-F", "-c", str(self._config)], self._where / "output.log")
        self._server.wait_until_accepting(self.port)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self._server is not None:
            self._server.stop(how)
            self._server = None

    def kill(self) -> None:
        """Ends it as a power cut would: connections break, mail stays."""
        self.stop(signal.SIGKILL)
        # Its children die by themselves a moment later, and one of them holds the port.
        wait_for(lambda: not accepts(self.port), what="the port to be closed")

    @contextmanager
    def client(self, user: str = USER) -> Iterator[IMAPClient]:
        """A mail program of somebody else, signed in."""
        with IMAPClient(self.host, port=self.port, ssl=False, timeout=20) as client:
            client.login(user, PASSWORD)
            yield client

    def deliver(self, *mails: bytes, folder: str = "INBOX", user: str = USER) -> None:
        """Puts mails into a folder over one connection, in this order."""
        with self.client(user) as client:
            for raw in mails:
                client.append(folder, raw)

    def messages(self, folder: str = "INBOX", user: str = USER) -> dict[int, bytes]:
        """uid -> raw bytes, without changing any flag; nothing when there is no such folder."""
        return {uid: answer[b"BODY[]"] for uid, answer in self._look(folder, user, "BODY.PEEK[]").items()}

    def flags(self, folder: str = "INBOX", user: str = USER) -> dict[int, set[bytes]]:
        r"""uid -> flags, without \Recent."""
        found = self._look(folder, user, "FLAGS")
        return {uid: set(answer[b"FLAGS"]) - {rb"\Recent"} for uid, answer in found.items()}

    def _look(self, folder: str, user: str, item: str) -> dict[int, dict[bytes, object]]:
        with self.client(user) as client:
            if not client.folder_exists(folder):
                return {}
            client.select_folder(folder, readonly=True)
            return dict(client.fetch(client.search(), [item]))

    def folders(self, user: str = USER) -> set[str]:
        with self.client(user) as client:
            return {name for _, _, name in client.list_folders()}

    def set_uidvalidity(self, value: int, folder: str = "INBOX", user: str = USER) -> None:
        """Renumbers a folder under the reader's feet, as a restore from backup does."""
        self.doveadm("mailbox", "update", "-u", user, "--uid-validity", str(value), folder)

    def restrict(self, rights: str, folder: str = "INBOX", user: str = USER) -> None:
        """Leaves the user these rights (RFC 4314 letters), on a server started with `ACCESS_LISTS`."""
        self.doveadm("acl", "set", "-u", user, folder, f"user={user}", *rights.split())

    def doveadm(self, command: str, *arguments: str) -> str:
        call = [require("doveadm"), "-c", str(self._config), command, *arguments]
        done = subprocess.run(call, capture_output=True, text=True, timeout=30)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def log(self) -> str:
        return (self._where / "dovecot.log").read_text(errors="replace")


@contextmanager
def dovecot_server(
    capability: str | None = None,
    prefix: str = "",
    separator: str = "/",
    settings: Sequence[str] = (),
) -> Iterator[Dovecot]:
    """A running server. `capability` replaces what it announces, `prefix` is its personal namespace."""
    require("dovecot")
    more = [*settings, f"imap_capability = {capability}" if capability else ""]
    with folder("dovecot") as where:
        server = Dovecot(where, make_certificates(where), prefix, separator, "\n".join(more))
        server.start()
        try:
            yield server
        finally:
            server.kill()
