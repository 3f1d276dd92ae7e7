"""Every setting of the installation, read off the settings class, so that this page can't go stale."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from flask import render_template
from flask.typing import ResponseReturnValue
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from helpdesk.people.permissions import Permission
from helpdesk.settings import Settings
from helpdesk.web import web
from helpdesk.web.access import house, needs

HIDDEN = "(hidden)"


@dataclass(frozen=True, slots=True)
class SettingLine:
    """One setting. `value` is what holds now, with secrets hidden."""

    name: str
    variable: str
    description: str
    default: str
    value: str
    is_changed: bool


@web.get("/settings/reference")
@needs(Permission.ADMINISTER)
def settings_reference() -> ResponseReturnValue:
    return render_template("settings/reference.html", lines=list(setting_lines(house().settings)))


def setting_lines(settings: Settings) -> Iterator[SettingLine]:
    prefix = str(Settings.model_config.get("env_prefix", ""))
    for name, field in Settings.model_fields.items():
        value, default = _words(getattr(settings, name)), default_of(field)
        yield SettingLine(
            name=name,
            variable=f"{prefix}{name}".upper(),
            description=field.description or "",
            default=default,
            value=value,
            is_changed=value != default,
        )


def default_of(field: FieldInfo) -> str:
    # What is worked out anew on each machine is no fixed default.
    return "depends on the machine" if field.default_factory else _words(field.default)


def _words(value: Any) -> str:
    if isinstance(value, SecretStr):
        return HIDDEN if value.get_secret_value() else "(empty)"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "(unset)"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return _without_password(str(value)) or "(empty)"


def _without_password(text: str) -> str:
    """An address of a database or of Redis, without the password in it."""
    if "://" not in text:
        return text
    try:
        parts = urlsplit(text)
        is_secret = parts.password is not None or "password=" in parts.query.lower()
    except ValueError:
        return HIDDEN
    if not is_secret:
        return text
    _, _, place = parts.netloc.rpartition("@")
    user = f"{parts.username}:…@" if parts.username else ":…@"
    return urlunsplit((parts.scheme, user + place if "@" in parts.netloc else place, parts.path, "", ""))
