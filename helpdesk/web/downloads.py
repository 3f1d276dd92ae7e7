"""Files that strangers sent, as downloads: never shown in place, where they would run as ours."""

from io import BytesIO

from flask import Response, send_file

# For every answer with a stranger's bytes in it, shown or not: nothing in it runs, and it fetches nothing.
FILE_POLICY = "default-src 'none'; sandbox"


def download(content: bytes, name: str) -> Response:
    made = send_file(BytesIO(content), mimetype="application/octet-stream", as_attachment=True, download_name=name)
    made.headers["Content-Security-Policy"] = FILE_POLICY
    return made
