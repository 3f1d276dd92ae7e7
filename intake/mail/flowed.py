"""format=flowed text (RFC 3676) put back into paragraphs. Used for text/plain parts that say so."""


def unflow(text: str, *, delete_space: bool) -> str:
    """Lines ending in a blank are joined with the next of the same quote depth; the signature mark stays."""
    out: list[list[str]] = []
    open_depth = -1  # depth of the paragraph that goes on; -1: none does
    for line in text.split("\n"):
        depth, content = _unquote(line.rstrip("\r"))
        is_signature = content == "-- "
        if depth == open_depth and not is_signature:
            out[-1].append(content)
        else:
            out.append([">" * depth + (" " if depth and content else ""), content])
        is_flowed = content.endswith(" ") and not is_signature
        if is_flowed and delete_space:
            out[-1][-1] = out[-1][-1][:-1]
        open_depth = depth if is_flowed else -1
    return "\n".join("".join(pieces) for pieces in out)


def _unquote(line: str) -> tuple[int, str]:
    content = line.lstrip(">")
    return len(line) - len(content), content.removeprefix(" ")
