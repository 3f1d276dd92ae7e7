"""Every setting of the desk, in one class: `helpdesk.toml`, then environment variables (HELPDESK_...), then
secret files (a variable ending in _FILE names a file to read). Nobody else reads the environment."""

import os
import secrets
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

MEBIBYTE = 1024 * 1024


def _data_folder() -> Path:
    return Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share")) / "helpdesk"


class Settings(BaseSettings):
    """What can be set. Each field's description stands in the handbook as it is written here."""

    model_config = SettingsConfigDict(env_prefix="HELPDESK_", extra="forbid")

    data_folder: Path = Field(
        default_factory=_data_folder,
        description="Where the embedded database, the index, attachments and raw mail live.",
    )
    database_url: str = Field(
        "",
        description="Empty: SQLite in the data folder. Else a PostgreSQL address, `postgresql://user:password@host/name`.",
    )
    secret_key: SecretStr = Field(
        SecretStr(""),
        description="Signs sessions, links and mail tokens. Empty: one is made once and kept in the data folder.",
    )
    base_url: str = Field(
        "http://127.0.0.1:5000",
        description="The address people reach the desk at; links in letters start with it.",
    )
    site_name: str = Field("Helpdesk", description="The name at the top of every page and in letters.")
    mail_domain: str = Field(
        "", description="The domain of our own Message-IDs. Empty: the domain of the mailbox that sends."
    )

    web_host: str = Field("127.0.0.1", description="The address the web process listens on.")
    web_port: int = Field(5000, ge=0, le=65535, description="Its port; 0 takes a free one.")
    web_threads: int = Field(
        64, ge=4, description="Requests served at once; every open page holds one for its live stream."
    )
    trusted_proxies: int = Field(
        0, ge=0, description="How many reverse proxies stand in front and set X-Forwarded-For."
    )

    smtp_door_port: int | None = Field(None, description="Port of the SMTP listener; unset: off. 0 takes a free one.")
    lmtp_door_port: int | None = Field(None, description="Port of the LMTP listener; unset: off. 0 takes a free one.")
    mail_door_host: str = Field("127.0.0.1", description="The address both mail listeners bind to.")
    mail_door_networks: list[str] = Field(
        default=["127.0.0.0/8", "::1/128"], description="Networks the mail listeners accept connections from."
    )

    dns_server: str = Field(
        "", description="Asked for the keys of signed mail, as `address` or `address:port`. Empty: the system's."
    )
    message_bytes_max: int = Field(40 * MEBIBYTE, gt=0, description="A larger mail is held, not filed.")
    upload_bytes_max: int = Field(25 * MEBIBYTE, gt=0, description="The most one form may carry, attachments included.")
    public_form: bool = Field(True, description="Whether anybody who reaches the desk may report by the web form.")
    wake_up: str = Field(
        "sqlite",
        description="What carries wake-ups to the worker: `sqlite`, or a Redis address `redis://host/0`.",
    )
    errand_tries_max: int = Field(
        12, ge=1, description="After so many failed tries an errand is given up and shown to administrators."
    )
    capture_mail: bool = Field(
        False, description="Outgoing mail is kept on the mail viewer page instead of being sent (the demo)."
    )
    log_format: Literal["console", "json"] = Field("console", description="Log lines for people or for a collector.")

    @field_validator("base_url")
    @classmethod
    def _without_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        file = Path(os.environ.get("HELPDESK_CONFIG", "helpdesk.toml"))
        return (
            init_settings,
            env_settings,
            _SecretFiles(settings_cls),
            TomlConfigSettingsSource(settings_cls, file),
        )

    @property
    def database_address(self) -> str:
        """The SQLAlchemy URL; the folder of the embedded database is made when it is asked for."""
        if self.database_url:
            return self.database_url.replace("postgres://", "postgresql://", 1)
        self.data_folder.mkdir(parents=True, exist_ok=True)
        return f"sqlite:///{self.data_folder / 'helpdesk.db'}"

    def signing_key(self) -> str:
        """The key behind sessions, links and tokens; made once with mode 0600 where none is set."""
        if self.secret_key.get_secret_value():
            return self.secret_key.get_secret_value()
        path = self.data_folder / "secret_key"
        self.data_folder.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            return path.read_text().strip()
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
        return path.read_text().strip()


class _SecretFiles(PydanticBaseSettingsSource):
    """`HELPDESK_SECRET_KEY_FILE=/run/secrets/key` and the like: the value is what the file holds."""

    def get_field_value(self, field: object, field_name: str) -> tuple[object, str, bool]:
        path = os.environ.get(f"HELPDESK_{field_name.upper()}_FILE")
        return (Path(path).read_text().strip() if path else None), field_name, False

    def __call__(self) -> dict[str, object]:
        found = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in found.items() if value is not None}


def package_folder() -> Path:
    """The folder of the installed package."""
    return Path(__file__).parent


def templates_folder() -> Path:
    """The pages: inside the package when installed from a wheel, beside it in a checkout."""
    inside = package_folder() / "templates"
    return inside if inside.is_dir() else package_folder().parent / "templates"
