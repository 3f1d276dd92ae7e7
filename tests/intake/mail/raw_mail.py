"""Builds raw mails for the parser's tests: every fact a test needs is spelled out where it is used."""

from base64 import b64encode


def raw_mail(*headers: str, body: str | bytes = "Hello", **named: str) -> bytes:
    """A message of plain headers; `named` adds or replaces one, with _ for -."""
    fields = {"From": "Rosa <rosa@example.org>", "To": "desk@example.net", "Subject": "Printer"}
    fields |= {name.replace("_", "-"): value for name, value in named.items()}
    lines = [f"{name}: {value}" for name, value in fields.items() if value]
    head = "\r\n".join([*lines, *headers]).encode("utf-8", "surrogateescape")
    return head + b"\r\n\r\n" + (body.encode() if isinstance(body, str) else body)


def multipart(*parts: bytes, kind: str = "mixed", boundary: str = "cut") -> bytes:
    """A whole mail of the given parts, each with its own headers."""
    mark = boundary.encode()
    body = b"".join(b"--" + mark + b"\r\n" + part + b"\r\n" for part in parts) + b"--" + mark + b"--\r\n"
    return raw_mail("MIME-Version: 1.0", f'Content-Type: multipart/{kind}; boundary="{boundary}"', body=body)


def part(*headers: str, body: str | bytes = "") -> bytes:
    """One part of a multipart."""
    content = body.encode() if isinstance(body, str) else body
    return "\r\n".join(headers).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + content


def text_mail(text: str) -> bytes:
    """A base64 mail whose text is exactly `text`."""
    headers = ("Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64")
    return raw_mail(*headers, body=b64encode(text.encode("utf-8", "surrogatepass")))
