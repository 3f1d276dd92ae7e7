"""Calendars and policies in the settings: what is typed, what is refused, what a change would have meant, who may."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.service_levels.calendar import Calendar
from helpdesk.service_levels.intervals import Target
from helpdesk.service_levels.policy import ServiceLevelPolicy, current_policies, versions_of
from helpdesk.web.forms.calendar import spans_of
from helpdesk.web.forms.durations import days_and_hours, hours_and_minutes, seconds_of, to_the_second
from tests.web.conftest import Browser, form_in
from tests.web.promises import HOUR, calendar, policy, promised
from tests.world import World

CALENDARS, POLICIES = "/settings/calendars", "/settings/service-levels"


@pytest.fixture
def ada(browse: Callable[[str], Browser]) -> Browser:
    return browse("ada")


def fresh(world: World) -> World:
    world.session.rollback()
    world.session.expire_all()
    return world


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("4h", 14400),
        ("1d 2h", 93600),
        ("30m", 1800),
        ("1.5 hours, 5 min", 5700),
        ("2D1H", 176400),
        ("90 minutes", 5400),
    ],
)
def test_durations_are_read_as_people_write_them(text: str, seconds: int) -> None:
    assert seconds_of(text) == seconds
    assert seconds_of(hours_and_minutes(seconds)) == seconds


@pytest.mark.parametrize("text", ["4", "h", "4x", "-1h", "0m", "500d", "1e9h", "4h and some", ""])
def test_what_is_no_duration_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match=r"such as|at least|at most"):
        seconds_of(text)


def test_durations_are_told_shortly() -> None:
    assert [days_and_hours(one) for one in (59, 60, 3600 * 26 + 61, -7800)] == ["under 1m", "1m", "1d 2h", "2h 10m"]
    assert to_the_second(26 * 3600 + 61) == "26h 1m 1s"


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("9-17", [["09:00", "17:00"]]),
        ("09:00-12:00, 13:00-17:30", [["09:00", "12:00"], ["13:00", "17:30"]]),
        ("8.30 to 12 and 13–24", [["08:30", "12:00"], ["13:00", "24:00"]]),
        ("22:00-06:00", [["22:00", "06:00"]]),
        ("closed", []),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, spans: list[list[str]]) -> None:
    assert spans_of(text) == spans


@pytest.mark.parametrize("text", ["25-26", "9", "nine to five", "9-12 11-13", "9-12 or so", "9:5-10"])
def test_hours_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        spans_of(text)


def test_a_calendar_is_made_with_split_shifts_holidays_and_days_of_its_own(world: World, ada: Browser) -> None:
    fields = {f"day_{number}": "9-12, 13-17" for number in range(5)} | {"day_5": "", "day_6": ""}
    sent = {"name": "Oslo", "time_zone": "Europe/Oslo", "country": "NO", "own_days": "2026-12-24 Christmas Eve"}
    world.session.rollback()
    assert ada.submit(f"{CALENDARS}/new", CALENDARS, **fields, **sent).status_code == 303
    made = fresh(world).session.scalars(select(Calendar)).one()
    assert made.weekly["0"] == [["09:00", "12:00"], ["13:00", "17:00"]]
    assert (sorted(made.weekly), made.own_days[0]["name"], made.is_default) == (list("01234"), "Christmas Eve", True)
    page = ada.text(f"{CALENDARS}/{made.id}")
    assert "Ascension Day" in page
    assert "clocks go forward by 1 h" not in page  # in four weeks
    assert "Monday to Friday 09:00-12:00, 13:00-17:00" in ada.text(CALENDARS)


def test_a_change_of_the_clocks_in_the_days_shown_is_told(world: World, ada: Browser, app: Flask) -> None:
    made = calendar(world.session)
    world.session.commit()
    app.extensions["house"].clock.advance(days=20)
    assert "Sunday, 29 March: clocks go forward by 1 h" in ada.text(f"{CALENDARS}/{made.id}")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("time_zone", "Europe/Atlantis", "not a time zone"),
        ("day_0", "9 till late", "Write hours like"),
        ("country", "XX", "not known"),
        ("subdivision", "ZZ", "has no part"),
        ("own_days", "24 December", "names no day"),
        ("own_days", "2026-02-30 Never", "names no day"),
        ("name", "", "Name the calendar"),
    ],
)
def test_a_calendar_that_makes_no_sense_comes_back_as_it_was_typed(
    ada: Browser, field: str, value: str, said: str
) -> None:
    sent = {"name": "Mine", "time_zone": "Europe/Oslo", "country": "NO", "reason": "keep me", field: value}
    for action in (CALENDARS, f"{CALENDARS}/preview"):
        answer = ada.submit(f"{CALENDARS}/new", action, **sent)
        assert answer.status_code == 422
        assert said in answer.text
        if field != "country":
            assert form_in(answer.text, CALENDARS)[field] == [value]


def test_a_calendar_never_open_is_refused(ada: Browser) -> None:
    answer = ada.submit(f"{CALENDARS}/new", CALENDARS, name="Never", **{f"day_{number}": "" for number in range(7)})
    assert answer.status_code == 422
    assert "never open" in answer.text


def test_two_who_change_a_calendar_at_once_both_see_it(world: World, ada: Browser) -> None:
    made = calendar(world.session)
    world.session.commit()
    page = f"{CALENDARS}/{made.id}"
    mine = ada.form(page, page)
    assert ada.submit(page, page, name="Theirs").status_code == 303
    answer = ada.send(page, mine, name="Mine")
    assert answer.status_code == 409
    assert "Somebody else changed" in answer.text
    newest = fresh(world).session.scalars(select(Calendar).order_by(Calendar.version.desc())).first()
    assert newest is not None
    assert newest.name == "Theirs"
    again = form_in(answer.text, f"{CALENDARS}/{newest.id}")
    assert again["name"] == ["Mine"]
    assert ada.get(page).location == f"{CALENDARS}/{newest.id}"


def test_the_default_moves_and_what_is_used_stays(world: World, ada: Browser) -> None:
    first, second = calendar(world.session, "First"), calendar(world.session, "Second")
    policy(world.session, calendar=second.series)
    world.session.commit()
    assert "Retire" not in ada.text(CALENDARS).replace("Retire “", "")
    assert ada.post(f"{CALENDARS}/{second.id}/retirement").status_code == 303
    assert "uses “Second”" in ada.text(CALENDARS)
    assert ada.post(f"{CALENDARS}/{second.id}/default").status_code == 303
    page = ada.text(CALENDARS)
    assert page.index("Default") > page.index(">Second<")
    assert ada.post(f"{CALENDARS}/{first.id}/retirement").status_code == 303
    assert ">First<" not in ada.text(CALENDARS)


def test_a_policy_is_made_of_plain_fields(world: World, ada: Browser) -> None:
    calendar(world.session)
    world.session.commit()
    sent = {
        "name": "Gold",
        "service_ids": [str(world.vpn.id)],
        "priorities": ["1", "2"],
        "record_type": "incident",
        "first_response_1": "15m",
        "resolution_2": "1d 2h",
        "pauses": ["pending_requester"],
        "warns_at": "50 % and",
        "tell": ["team"],
        "addresses": "boss@northwind.example\nfax@northwind.example",
        "shown_to_requester": "y",
    }
    empty = {name: "" for name in ada.form(f"{POLICIES}/new", POLICIES) if re.search(r"_[1-5]$", name)}
    answer = ada.submit(f"{POLICIES}/new", POLICIES, **(empty | sent))
    assert answer.status_code == 422
    assert "percentages from 1 to 99" in answer.text
    assert form_in(answer.text, POLICIES)["resolution_2"] == ["1d 2h"]
    assert ada.submit(f"{POLICIES}/new", POLICIES, **(empty | sent | {"warns_at": "90, 50"})).status_code == 303
    made = fresh(world).session.scalars(select(ServiceLevelPolicy)).one()
    assert made.targets == {"first_response": {"1": 900}, "resolution": {"2": 26 * HOUR}}
    assert (made.service_ids, made.priorities, made.pauses) == ([world.vpn.id], [1, 2], ["pending_requester"])
    assert (made.warns_at, made.shown_to_requester) == ([50, 90], True)
    assert made.breach == {"tell": ["team"], "addresses": ["boss@northwind.example", "fax@northwind.example"]}
    page = ada.text(POLICIES)
    assert "For VPN; P1 or P2; incidents" in page
    assert "P2 26h" in page


def test_a_change_is_a_version_and_its_history_stays(world: World, ada: Browser) -> None:
    first = promised(world)
    world.session.commit()
    page = f"{POLICIES}/{first.id}"
    assert ada.submit(page, page, resolution_1="8h", holds="running", reason="They asked").status_code == 303
    newest, oldest = versions_of(fresh(world).session, first.series)
    assert (newest.target_seconds(Target.RESOLUTION, 1), newest.applies_to_running) == (8 * HOUR, True)
    assert oldest.target_seconds(Target.RESOLUTION, 1) == 4 * HOUR
    shown = ada.text(f"{POLICIES}/{newest.id}")
    assert "They asked" in shown
    assert "Version 1" in shown
    assert ada.get(page).location == f"{POLICIES}/{newest.id}"


def test_a_service_out_of_use_does_not_widen_a_policy(world: World, ada: Browser) -> None:
    made = promised(world, service_ids=[world.vpn.id])
    world.vpn.retired_at = world.at
    world.session.commit()
    page = f"{POLICIES}/{made.id}"
    assert "VPN (not in use)" in ada.text(page)
    assert ada.submit(page, page, name="Renamed").status_code == 303
    newest = current_policies(fresh(world).session)[0]
    assert (newest.name, newest.service_ids) == ("Renamed", [world.vpn.id])


def test_the_order_is_the_order_of_choice(world: World, ada: Browser) -> None:
    calendar(world.session)
    for position, name in enumerate(("One", "Two", "Three")):
        policy(world.session, name, position=position)
    special = policy(world.session, "Special", priorities=[1], position=9)
    world.session.commit()

    def names() -> list[str]:
        return re.findall(rf'{POLICIES}/\d+">([A-Z]\w+)</a></h2>', ada.text(POLICIES))

    assert names() == ["Special", "One", "Two", "Three"]
    numbers = {one.name: one.id for one in current_policies(world.session)}
    assert ada.post(f"{POLICIES}/{numbers['Three']}/place", to="up").status_code == 303
    assert names() == ["Special", "One", "Three", "Two"]
    assert ada.post(f"{POLICIES}/{special.id}/place", to="down").status_code == 303
    assert names()[0] == "Special"
    assert ada.post(f"{POLICIES}/{numbers['One']}/retirement").status_code == 303
    assert names() == ["Special", "Three", "Two"]


def test_the_checker_says_which_policy_and_why_no_other(world: World, ada: Browser) -> None:
    calendar(world.session)
    policy(world.session, "Everything")
    policy(world.session, "Printing", category_ids=[world.hardware.id])
    policy(world.session, "Urgent", priorities=[1])
    world.session.commit()
    page = ada.text(f"{POLICIES}/check?category={world.printing.id}&priority=3")
    chosen = page[page.index("<h2") : page.index("Why none")]
    assert ">Printing</h2>" in chosen
    assert "Chosen by category" in chosen
    others = page[page.index("Why none") :]
    assert re.search(r"Urgent</a><span[^>]*>does not fit: not for P3", others)
    assert re.search(r"Everything</a><span[^>]*>would fit, but is less specific", others)
    assert ada.get(f"{POLICIES}/check?priority=nonsense&category=9").status_code == 200


def test_what_if_shows_what_would_flip_and_saves_nothing(world: World, ada: Browser, app: Flask) -> None:
    now = app.extensions["house"].clock.now()
    made = promised(world, hours=1)
    incident = world.report("Slow answer", at=now - timedelta(days=4))
    world.at = incident.opened_at + timedelta(hours=2)
    world.reply(incident)
    world.private_report("Hidden one")
    world.session.commit()
    page = f"{POLICIES}/{made.id}"
    wider = {f"first_response_{priority}": "20h" for priority in range(1, 6)}
    answer = ada.submit(page, f"{page}/preview", name="Wider", reason="keep me", **wider)
    assert answer.status_code == 200
    assert "Nothing is saved yet" in answer.text
    assert re.search(r"Slow answer</span><span>First response: missed \(2h of 1h\) → met \(2h of 20h\)", answer.text)
    assert "Tried on 2 incidents opened from 31 January to 2 March" in answer.text
    assert "and 1 more" in answer.text
    assert "Hidden one" not in answer.text
    kept = form_in(answer.text, page)
    assert (kept["name"], kept["reason"], kept["first_response_1"]) == (["Wider"], ["keep me"], ["20h"])
    assert len(versions_of(fresh(world).session, made.series)) == 1
    assert ada.send(page, kept).status_code == 303
    assert current_policies(fresh(world).session)[0].name == "Wider"


def test_what_if_works_for_a_calendar_and_for_a_new_policy(world: World, ada: Browser, app: Flask) -> None:
    now = app.extensions["house"].clock.now()
    promised(world, hours=4)
    world.report("Over night", at=now - timedelta(hours=15))
    world.session.commit()
    made = world.session.scalars(select(Calendar)).one()
    page = f"{CALENDARS}/{made.id}"
    always = {f"day_{number}": "0-24" for number in range(7)}
    answer = ada.submit(page, f"{page}/preview", **always)
    assert re.search(r"First response: not known yet \(.*\) → missed \(15h of 4h\)", answer.text)
    assert "00:00-24:00" in answer.text
    answer = ada.submit(f"{POLICIES}/new", f"{POLICIES}/preview", name="Urgent", priorities=["4"])
    assert answer.status_code == 200
    assert "Tried on 1 incident opened" in answer.text
    assert len(fresh(world).session.scalars(select(ServiceLevelPolicy)).all()) == 1


@pytest.mark.parametrize("path", [CALENDARS, f"{CALENDARS}/new", POLICIES, f"{POLICIES}/new", f"{POLICIES}/check"])
def test_the_settings_are_for_administrators(browse: Callable[[str], Browser], path: str) -> None:
    assert browse("kim").get(path).status_code == 403
    assert browse("").get(path).status_code == 302
    if "check" not in path and not path.endswith("new"):
        assert browse("kim").post(path).status_code == 403
