"""Files that agents enclose with what they write. They are stored before anything is checked, and a form that has
to be shown again carries signed references to them, so nobody has to choose them a second time."""

from collections.abc import Iterable, Sequence

from flask import request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.datastructures import FileStorage

from helpdesk.attachments import Attachment, attach
from helpdesk.web.access import house

KEPT_MAX = 50
CONTENT_TYPE_LENGTH_MAX = 100


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(house().signing_key, salt="enclosures")


def enclosed() -> tuple[Attachment, ...]:
    """What was chosen now (`files`), and what an earlier try at this form had kept (`kept`)."""
    chosen = [_stored(file) for file in request.files.getlist("files") if file.filename]
    return (*_kept(request.form.getlist("kept")), *chosen)


def _stored(file: FileStorage) -> Attachment:
    content_type = (file.mimetype or "application/octet-stream")[:CONTENT_TYPE_LENGTH_MAX]
    return attach(house().store, file.filename or "", content_type, file.read())


def references(attachments: Sequence[Attachment]) -> list[tuple[str, str]]:
    """(file name, signed reference) of each, for hidden fields called `kept`."""
    signer = _signer()
    rows = [(one.filename, one.content_type, one.size_bytes, one.sha256) for one in attachments]
    return [(row[0], str(signer.dumps(row))) for row in rows]


def _kept(tokens: Iterable[str]) -> list[Attachment]:
    signer, found = _signer(), []
    for token in list(tokens)[:KEPT_MAX]:
        try:
            name, content_type, size, sha256 = signer.loads(token)
        except (BadSignature, ValueError):
            continue  # not ours: as if it had not been sent
        found.append(Attachment(filename=name, content_type=content_type, size_bytes=size, sha256=sha256))
    return found
