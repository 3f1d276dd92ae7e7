"""Clocks on the pages: the chips in queue and head, the order by what is due, the replay with its sums and links."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from flask import Flask

from helpdesk.journal import EventKind, history
from helpdesk.service_levels.judging import judge
from helpdesk.service_levels.replaying import clocks_of
from helpdesk.service_levels.warning import warn
from tests.web.conftest import Browser, Statements
from tests.web.promises import promised
from tests.web.test_queue import numbers
from tests.world import World


def clock_now(app: Flask) -> datetime:
    now: datetime = app.extensions["house"].clock.now()
    return now


def length(text: str) -> int:
    """Seconds of “2h 3m 4s”."""
    units = {"h": 3600, "m": 60, "s": 1}
    return sum(int(count.replace(",", "")) * units[unit] for count, unit in re.findall(r"([\d,]+)([hms])", text))


def test_a_row_says_what_is_due_next_in_words_and_by_a_sign(kim: Browser, world: World, app: Flask) -> None:
    now = clock_now(app)  # Monday 10:00 in Oslo
    running, paused, missed = (world.report(f"Report {n}", at=now - timedelta(minutes=30)) for n in range(3))
    old = world.report("Long ago", at=now - timedelta(days=5))
    paused.wait_for_requester(by=world.kim.actor(), at=now)
    promised(world, now=now)
    world.session.commit()
    page = kim.text("/queue")
    rows = {number: row for row in re.split(r"(?=<tr data-row)", page) for number in numbers(row)}
    assert "<b>4h 30m left</b>" in rows[running.id]  # three hours and a half that count, and the break
    assert "#player-pause" in rows[paused.id]
    assert "<b>paused</b>" in rows[paused.id]
    assert "data-left" not in rows[paused.id]
    assert re.search(r'tone-bad" data-left="-\d+".*#alert-circle.*missed by \dd', rows[old.id])
    assert "First response due" in rows[missed.id]


def test_the_queue_is_sorted_by_what_is_due_and_hides_nothing(kim: Browser, world: World, app: Flask) -> None:
    now = clock_now(app)
    ids = [world.report(f"Report {n}", at=now - timedelta(seconds=30 * n)).id for n in range(60)]
    waiting = [world.report(f"Waiting {n}", at=now - timedelta(minutes=n)) for n in range(60)]
    for incident in waiting:
        incident.wait_for_requester(by=world.kim.actor(), at=now)
    promised(world, now=now)
    world.session.commit()
    for sort, first in (("due", ids[::-1]), ("-due", ids)):
        seen: list[int] = []
        address = f"/queue?sort={sort}"
        while address:
            page = kim.text(address)
            seen += numbers(page)
            found = re.search(r'rel="next" href="([^"]+)"', page)
            address = found[1].replace("&amp;", "&") if found else ""
        assert seen[:60] == first
        assert sorted(seen) == sorted(ids + [one.id for one in waiting])
    assert 'aria-sort="ascending"' in kim.text("/queue?sort=due")
    assert kim.get("/queue?sort=due&cursor=nonsense").status_code == 422


def test_the_queue_is_narrowed_down_to_missed_soon_or_paused(kim: Browser, world: World, app: Flask) -> None:
    now = clock_now(app)
    soon, old = world.report("Soon", at=now), world.report("Old", at=now - timedelta(days=5))
    paused = world.report("Paused", at=now)
    paused.wait_for_requester(by=world.kim.actor(), at=now)
    promised(world, now=now)
    world.session.commit()
    for asked, expected in (("missed", [old.id]), ("day", [soon.id]), ("paused", [paused.id])):
        assert numbers(kim.text(f"/queue?due={asked}")) == expected
    assert len(numbers(kim.text("/queue?due=nonsense"))) == 3


def test_the_due_order_costs_no_more_statements(kim: Browser, world: World, statements: Statements) -> None:
    for n in range(60):
        world.report(f"Report {n}")
    promised(world)
    world.session.commit()
    kim.text("/queue?sort=due")
    with statements as usual:
        kim.text("/queue")
    count = len(usual)
    usual.clear()
    with statements as said:
        page = kim.get("/queue?sort=due").data
    assert len(numbers(page.decode())) == 50
    assert len(said) <= count, "\n".join(said)
    assert len(page) <= 60 * 1024


def test_the_head_counts_down_and_leads_to_the_reasons(kim: Browser, world: World, app: Flask) -> None:
    incident = world.report(at=clock_now(app) - timedelta(minutes=30))
    promised(world, now=clock_now(app))
    world.session.commit()
    page = kim.text(f"/incidents/{incident.id}")
    head = page[page.index('id="incident-head"') : page.index('class="page-actions"')]
    assert "First response <b>" in head
    assert f"/incidents/{incident.id}/service-levels" in head
    assert 'data-left="' in head
    panel = kim.text(f"/incidents/{incident.id}/clocks")
    assert "First response" in panel
    assert "Resolution" in panel
    assert "30m of 4h" in panel


def test_the_replay_explains_every_second(kim: Browser, world: World, app: Flask) -> None:
    """Reported on Friday before a long wait: the sums of what is shown are the time that went by."""
    opened = datetime(2026, 2, 26, 7, 13, 21, tzinfo=UTC)
    incident = world.report(at=opened)
    incident.start(by=world.kim.actor(), at=opened + timedelta(hours=3))
    incident.wait_for_requester(by=world.kim.actor(), at=opened + timedelta(hours=5))
    world.at = opened + timedelta(hours=26)
    world.write_again(incident)
    promised(world, now=clock_now(app))
    world.session.commit()
    page = kim.text(f"/incidents/{incident.id}/service-levels")
    section = page[page.index('id="resolution"') :]
    facts = dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", section))
    total = int((clock_now(app) - opened).total_seconds())
    assert length(facts["Total (on the wall)"]) == total
    assert length(facts["Counted (hours that count)"]) + length(facts["Not counted"]) == total
    body = section[section.index("<tbody>") : section.index("</tbody>")]
    rows = re.findall(r'data-label="Length">([^<]+)<', body)
    assert len(rows) > 5
    assert sum(map(length, rows)) == total
    for words in ("Paused: waiting for the requester.", "Outside the hours of “Office hours”.", "Counted"):
        assert words in section
    assert 'class="span-paused"' in section
    assert "Europe/Oslo" in page
    assert "50% " in section


def test_each_stretch_leads_to_the_event_behind_it(kim: Browser, world: World, app: Flask) -> None:
    now = clock_now(app)
    incident = world.report(at=now - timedelta(hours=2))
    incident.wait_for_requester(by=world.kim.actor(), at=now - timedelta(hours=1))
    promised(world, now=now)
    world.session.commit()
    page, replay = kim.text(f"/incidents/{incident.id}"), kim.text(f"/incidents/{incident.id}/service-levels")
    anchors = set(re.findall(rf'href="/incidents/{incident.id}#([a-z]+-\d+)"', replay))
    assert len(anchors) == 2
    for anchor in anchors:
        assert f'id="{anchor}"' in page


def test_a_long_clock_is_folded_by_day_and_others_open_on_their_own(kim: Browser, world: World, app: Flask) -> None:
    now, by = clock_now(app), world.kim.actor()
    incident = world.report(at=now - timedelta(days=120))
    for n in range(110):
        incident.wait_for_requester(by=by, at=now - timedelta(days=119 - n))
        incident.resume(by=by, at=now - timedelta(days=119 - n, hours=-2))
    promised(world, hours=500)
    world.session.commit()
    page = kim.text(f"/incidents/{incident.id}/service-levels")
    assert page.count("clock-day") > 80
    stretches = re.findall(r"Show its (\d+) stretches", page)
    assert [int(count) > 300 for count in stretches] == [True] * len(stretches)
    wanted = kim.text(f"/incidents/{incident.id}/service-levels?clock=resolution-1")
    assert wanted.count('class="interval-kind"') > 300
    assert "Show its" in wanted


def test_without_a_policy_the_page_says_so(kim: Browser, world: World) -> None:
    incident = world.report()
    world.session.commit()
    assert "nothing is promised" in kim.text(f"/incidents/{incident.id}/service-levels")
    assert "Nothing is promised" in kim.text(f"/incidents/{incident.id}/clocks")


def test_only_who_may_see_the_incident_sees_its_clocks(browse: Callable[[str], Browser], world: World) -> None:
    secret = world.private_report()
    promised(world)
    world.session.commit()
    for part in ("service-levels", "clocks"):
        assert browse("kim").get(f"/incidents/{secret.id}/{part}").status_code == 404
        assert browse("petra").get(f"/incidents/{secret.id}/{part}").status_code == 200
        assert browse("").get(f"/incidents/{secret.id}/{part}").status_code == 302


def test_warnings_breaches_and_verdicts_are_told_and_stay(kim: Browser, world: World, app: Flask) -> None:
    now = clock_now(app)
    incident = world.report("<b>Late</b>", at=now - timedelta(days=3))
    promised(world, name="Gold & <silver>", now=now)
    warn(world.session, incident.id, now=now)
    world.resolve(incident)
    incident.close(by=world.kim.actor(), at=now)
    world.session.flush()
    closing = next(one for one in history(world.session, "incident", incident.id) if one.kind == EventKind.CLOSED)
    judge(world.session, closing, at=now)
    world.session.commit()
    page = kim.text(f"/incidents/{incident.id}")
    assert "<b>First response</b> was missed: the 4h of “Gold &amp; &lt;silver&gt;” are over" in page
    assert "Service levels: First response and Resolution missed" in page
    replay = kim.text(f"/incidents/{incident.id}/service-levels")
    assert "Verdict frozen" in replay
    assert replay.count("<b>missed</b>") == 2


def test_the_due_moment_is_the_domain_s_own(world: World, kim: Browser, app: Flask) -> None:
    now = clock_now(app)
    incident = world.report(at=now - timedelta(hours=1))
    promised(world, now=now)
    clock = clocks_of(world.session, incident.id, now=now)[0]
    world.session.commit()
    assert clock.due_at is not None
    assert clock.due_at.isoformat() in kim.text(f"/incidents/{incident.id}/service-levels")
