"""The site's own fields: asked by category, record type and condition; needed before a state; kept when retired."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from helpdesk.errors import Invalid, NotAllowed
from helpdesk.incidents.custom_fields import CustomField, fields_of, fill_reported, missing_fields, set_fields
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import ResolutionCode, State
from helpdesk.incidents.statuses import Status
from helpdesk.journal import EventKind, history
from helpdesk.services import make_category
from tests.domain.conftest import START

CITIES = [{"key": "rome", "label": "Rome"}, {"key": "oslo", "label": "Oslo"}]


def field(session: Session, key: str, **more: Any) -> CustomField:
    made = CustomField(key=key, label=key.capitalize(), **more)
    session.add(made)
    session.flush()
    return made


def fill(incident: Incident, by: Any, **values: object) -> None:
    set_fields(incident, values, by=by.actor(), at=START)


def asked(session: Session, incident: Incident) -> list[str]:
    return [one.key for one in fields_of(session, incident)]


def test_values_are_checked_kept_and_told(session, incident, kim) -> None:
    field(session, "disk", type="number", unit="GB")
    field(session, "site", type="choice", options=CITIES)
    fill(incident, kim, disk="512", site="rome")
    fill(incident, kim, disk="", site="rome")
    assert incident.custom == {"site": "rome"}
    told = [one.data for one in history(session, "incident", incident.id) if one.kind == EventKind.FIELDS_CHANGED]
    assert [(one["before"], one["after"]) for one in told] == [
        ({"disk": None, "site": None}, {"disk": 512, "site": "rome"}),
        ({"disk": 512}, {"disk": None}),
    ]
    with pytest.raises(Invalid, match="Disk: write a number") as refused:
        fill(incident, kim, disk="much")
    assert refused.value.field == "disk"


def test_a_field_of_a_category_is_asked_below_it_too(session, incident, kim) -> None:
    hardware = make_category(session, "Hardware")
    printing, access = make_category(session, "Printing", hardware), make_category(session, "Access")
    field(session, "serial", category_ids=[hardware.id])
    field(session, "reason", record_type="request")
    seen = []
    for category in (None, hardware, printing, access):
        incident.categorize(category, None, by=kim.actor(), at=START)
        seen.append(asked(session, incident))
    assert seen == [[], ["serial"], ["serial"], []]
    with pytest.raises(Invalid, match="not asked here"):
        fill(incident, kim, serial="X1")


def test_conditions_hang_on_each_other(session, incident, kim) -> None:
    field(session, "stolen", type="yes_no")
    field(session, "report", type="choice", options=CITIES, shown_when_key="stolen", shown_when_value="yes")
    field(session, "file", shown_when_key="report", shown_when_value="rome")
    assert asked(session, incident) == ["stolen"]
    fill(incident, kim, stolen="yes", report="rome", file="77/26")
    assert asked(session, incident) == ["stolen", "report", "file"]
    fill(incident, kim, stolen="no")
    assert asked(session, incident) == ["stolen"]
    assert incident.custom["file"] == "77/26"  # kept, in case it was a slip
    with pytest.raises(Invalid, match="not asked here"):
        fill(incident, kim, file="78/26")


def test_a_move_waits_for_the_fields_that_its_state_or_status_needs(session, incident, kim) -> None:
    field(session, "site", type="choice", options=CITIES, required_in=["resolved"])
    field(session, "serial")
    field(session, "hidden", required_in=["resolved"], shown_when_key="site", shown_when_value="oslo")
    status = Status(state="resolved", name="Repaired", required=["serial"])
    assert missing_fields(session, incident, State.CLOSED) == []
    assert missing_fields(session, incident, "resolved") == ["Site"]
    assert missing_fields(session, incident, State.RESOLVED, status) == ["Site", "Serial"]
    with pytest.raises(Invalid, match="“Site”"):
        incident.resolve(ResolutionCode.FIXED, "Cable", "Plugged in", by=kim.actor(), at=START)
    assert incident.current is State.NEW
    fill(incident, kim, site="oslo")
    assert missing_fields(session, incident, "resolved") == ["Hidden"]
    fill(incident, kim, hidden="x")
    incident.resolve(ResolutionCode.FIXED, "Cable", "Plugged in", by=kim.actor(), at=START)


def test_no_as_an_answer_fills_a_field(session, incident, kim) -> None:
    field(session, "backup", type="yes_no", required_in=["resolved"])
    fill(incident, kim, backup="no")
    assert missing_fields(session, incident, "resolved") == []


def test_retired_fields_and_choices_keep_their_values(session, incident, kim) -> None:
    site = field(session, "site", type="choice", options=CITIES, required_in=["resolved"])
    fill(incident, kim, site="rome")
    site.options = [CITIES[0] | {"retired": True}, CITIES[1]]
    fill(incident, kim, site="rome")  # what it is already
    site.retired_at = START
    session.flush()
    assert (asked(session, incident), incident.custom) == ([], {"site": "rome"})
    assert missing_fields(session, incident, "resolved") == []
    with pytest.raises(Invalid, match="no field"):
        fill(incident, kim, site="oslo")


def test_only_who_works_here_fills_in(session, incident, ada) -> None:
    field(session, "site")
    with pytest.raises(NotAllowed):
        set_fields(incident, {"site": "x"}, by=ada, at=START)


def test_what_a_form_said_is_taken_as_far_as_it_still_holds(session, incident, ada) -> None:
    field(session, "site", type="choice", options=CITIES)
    field(session, "room", shown_when_key="site", shown_when_value="rome")
    field(session, "floor", type="number")
    said = {"room": "12", "site": "rome", "floor": "many", "gone": "x"}
    fill_reported(incident, said, by=ada, at=START)
    assert incident.custom == {"site": "rome", "room": "12"}
