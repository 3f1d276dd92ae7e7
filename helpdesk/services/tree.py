"""Trees whose nodes spell their path: categories, and causes. Asked and changed by the pages of the settings.

What moves or is renamed takes what is below it along. What is merged goes on as the other node and stays as a
retired one that says where it went."""

from datetime import datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.errors import Invalid
from helpdesk.services import BETWEEN, Category
from helpdesk.services.causes import Cause

Node = TypeVar("Node", Category, Cause)
DEPTH_MAX = 8


def nodes(session: Session, kind: type[Node]) -> list[Node]:
    """All of them, each after its parent."""
    return sorted(session.scalars(select(kind)), key=lambda one: one.path.lower().split(BETWEEN))


def below(session: Session, node: Node) -> list[Node]:
    """What is below it, at any depth."""
    # Compared here: a name may hold what LIKE takes for a wildcard.
    kind = type(node)
    start = node.path + BETWEEN
    return [one for one in session.scalars(select(kind)) if one.path.startswith(start)]


def place(session: Session, node: Node, name: str, parent: Node | None) -> None:
    """Names a node and hangs it under another, or at the top. Raises Invalid where there is one of this path
    already, or where it would hang under itself."""
    _check_name(name)
    kind = type(node)
    with session.no_autoflush:
        lower = below(session, node) if node.id else []
        if parent is not None and (parent is node or parent in lower):
            raise Invalid(f"“{node.path}” can't hang under itself. Choose another place.", field="parent_id")
        path = f"{parent.path}{BETWEEN}{name}" if parent else name
        if path.count(BETWEEN) + 1 > DEPTH_MAX:
            raise Invalid(f"The tree is {DEPTH_MAX} levels deep at most. Choose a higher place.", field="parent_id")
        other = session.scalars(select(kind).where(kind.path == path)).first()
        if other is not None and other is not node:
            raise Invalid(f"“{path}” is there already. Merge them, if they are the same.", field="name")
        for one in lower:
            one.path = path + one.path.removeprefix(node.path)
        node.name, node.parent, node.path = name, parent, path
    session.add(node)


def retire(session: Session, node: Node, at: datetime) -> None:
    """It can't be chosen any more, nor what is below it; old records keep it."""
    node.retired_at = node.retired_at or at
    for one in below(session, node):
        one.retired_at = one.retired_at or at


def give_way(session: Session, node: Node, into: Node, at: datetime) -> None:
    """The node goes on as `into`; the records that name it are moved by `helpdesk.incidents.sorting`."""
    if node is into or into.retired_at is not None or into in below(session, node):
        raise Invalid("Choose another one that is in use and does not hang under this one.", field="into")
    for child in session.scalars(select(type(node)).where(type(node).parent_id == node.id)).all():
        place(session, child, child.name, into)
    node.retired_at, node.merged_into_id = node.retired_at or at, into.id


def _check_name(name: str) -> None:
    if BETWEEN.strip() in name:
        raise Invalid(f"A name can't hold “{BETWEEN.strip()}”, which stands between the levels.", field="name")
