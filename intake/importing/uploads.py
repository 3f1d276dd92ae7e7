"""Where the files of an import come from when it is asked for on the page: uploaded, or laid into a folder of the
server before. Nothing outside that folder can be named."""

import shutil
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.errors import Invalid
from helpdesk.house import House
from intake.importing.job import ImportJob, JobState

KEPT_DAYS = 7
NAME_LENGTH_MAX = 100


def server_folder(house: House) -> Path:
    """Where an administrator of the server lays what is to be imported."""
    return house.settings.data_folder / "import"


def laid_out(house: House, limit: int = 50) -> list[str]:
    """What is there, as the page tells it."""
    folder = server_folder(house)
    found = sorted(one for one in folder.iterdir() if not one.name.startswith(".")) if folder.is_dir() else []
    return [f"{one.name}/" if one.is_dir() else one.name for one in found[:limit]]


def named(house: House, name: str) -> Path:
    """The path of something in the server's folder. Raises Invalid for what is not there or lies elsewhere."""
    folder = server_folder(house).resolve()
    try:
        path = (folder / name.strip().lstrip("/")).resolve()
    except (OSError, ValueError, RuntimeError):
        raise Invalid("That is no name of a file or folder.", field="name") from None
    if path != folder and folder not in path.parents:
        raise Invalid(f"Only what lies in {folder} can be imported from here.", field="name")
    if not path.exists():
        raise Invalid(f"There is no {name.strip()!r} in {folder}. Lay it there first.", field="name")
    return path


def new_upload(house: House, filename: str) -> Path:
    """Where to put an uploaded file: a folder of its own, under its own name as far as that is harmless."""
    base = filename.replace("\\", "/").rsplit("/", 1)[-1]
    harmless = "".join(one if one.isalnum() or one in "-_. ()" else "_" for one in base).strip(". ")
    folder = _uploads(house) / uuid.uuid4().hex
    folder.mkdir(parents=True, mode=0o700)
    return folder / (harmless[-NAME_LENGTH_MAX:] or "mail")


def forget_upload(house: House, job: ImportJob) -> None:
    """Removes what was uploaded for a job; the mails themselves are in the store by then."""
    for path in map(Path, job.paths):
        if job.uploaded and path.parent.parent == _uploads(house):
            shutil.rmtree(path.parent, ignore_errors=True)


def forget_old(sessions: Callable[[], AbstractContextManager[Session]], house: House) -> None:
    """Uploads that were imported, and those that nobody came back for within a week."""
    if not _uploads(house).is_dir() or not any(_uploads(house).iterdir()):
        return
    with sessions() as session:
        jobs = list(session.scalars(select(ImportJob).where(ImportJob.uploaded)))
        before = house.clock.now() - timedelta(days=KEPT_DAYS)
        for job in jobs:
            imported = job.state == JobState.DONE.value and not job.dry_run
            if imported or (not job.is_unfinished and job.made_at < before):
                forget_upload(house, job)
        session.rollback()


def _uploads(house: House) -> Path:
    return house.settings.data_folder / "import-uploads"
