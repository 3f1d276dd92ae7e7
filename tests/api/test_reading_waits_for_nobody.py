"""Reading takes no write lock: it is answered while somebody else writes, and when a token was used is kept later."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import create_engine, event, text

from helpdesk import db
from helpdesk.house import House
from helpdesk.people.token import tokens_of
from tests.api.calls import Api
from tests.world import World


def used_at(world: World) -> object:
    world.session.expire_all()
    [token] = tokens_of(world.session, world.kim)
    world.session.commit()
    return token.used_at


def test_while_somebody_else_writes(api: Api, world: World, house: House, number: int) -> None:
    other = create_engine(house.settings.database_address)
    # Whoever waits for the lock does so for BUSY_TIMEOUT_MILLISECONDS, and is given up on before.
    deadline_seconds = db.BUSY_TIMEOUT_MILLISECONDS / 1000 * 0.75
    with other.connect() as writer, ThreadPoolExecutor(1) as thread:
        writer.exec_driver_sql("BEGIN IMMEDIATE")
        writer.execute(text("UPDATE incidents SET subject = 'not yet'"))
        for path in ("/incidents", f"/incidents/{number}", "/articles", "/search?q=x", "/health"):
            assert thread.submit(api.get, path).result(deadline_seconds).status_code == 200
        strange = thread.submit(api.post, "/incidents", {}, Authorization="Bearer hd_wrong")
        assert strange.result(deadline_seconds).status_code == 401
        writer.rollback()
    other.dispose()
    assert used_at(world) is None
    api.get("/incidents")
    assert used_at(world) == house.clock.now()


def test_use_is_kept_when_reading_and_when_writing(api: Api, world: World, house: House, number: int) -> None:
    api.get("/incidents")
    first = house.clock.now()
    house.clock.advance(minutes=2)  # type: ignore[attr-defined]
    api.get("/incidents")
    assert used_at(world) == first
    house.clock.advance(minutes=4)  # type: ignore[attr-defined]
    api.post(f"/incidents/{number}/notes", {"text": "x"})
    assert used_at(world) == house.clock.now()


def test_connections_go_back_as_they_were(api: Api) -> None:
    api.get("/incidents")
    with api.app.app_context(), db.db.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == db.BUSY_TIMEOUT_MILLISECONDS


@pytest.mark.parametrize(
    ("path", "most"), [("/incidents", 3), ("/incidents/1", 8), ("/articles", 3), ("/search?q=x", 2)]
)
def test_statements(api: Api, number: int, path: str, most: int) -> None:
    api.get(path)  # notes the use of the token
    said: list[str] = []
    with api.app.app_context():
        engine = db.db.engine

    def count(_c: object, _k: object, statement: str, *_: object) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", count)
    api.get(path)
    event.remove(engine, "before_cursor_execute", count)
    statements = [one for one in said if not one.startswith(("BEGIN", "PRAGMA"))]
    assert len(statements) <= most, "\n".join(statements)
    assert not [one for one in said if one.startswith(("UPDATE", "INSERT", "BEGIN IMMEDIATE"))]
