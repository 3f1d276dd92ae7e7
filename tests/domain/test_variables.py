"""Variables of texts: what they say, and that no value of a requester becomes a link or an instruction."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpdesk.errors import Invalid
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.variables import VARIABLES, check, fill, values_of, wording_of
from helpdesk.letters.markdown import render

VALUES = {one.name: "" for one in VARIABLES}


def test_every_variable_has_a_value(incident: Incident) -> None:
    values = values_of(incident, agent="Kim Novak", link="https://desk.example/track/1")
    assert set(values) == {one.name for one in VARIABLES}
    text = "{requester_first_name} {number} {subject} {service}{agent_first_name} {link}"
    assert fill(text, values)[0] == "Ada INC-1 No network Kim https://desk.example/track/1"


def test_names_may_be_written_loosely_and_other_braces_stay(incident: Incident) -> None:
    values = VALUES | {"requester_first_name": "Ada"}
    assert fill('{Requester first name} {} {1} {"a": 2} ${x1} {{number}}', values)[0] == 'Ada {} {1} {"a": 2} ${x1} {}'


@pytest.mark.parametrize("text", ["{nobody}", "{requester} {Numbr}", "{x}"])
def test_unknown_ones_are_refused(text: str) -> None:
    with pytest.raises(Invalid, match="no variable"):
        check(text)


def test_far_too_many_are_refused() -> None:
    with pytest.raises(Invalid, match="at most"):
        check("{number}" * 61)


@pytest.mark.parametrize(
    "subject",
    [
        "[Click here](https://evil.example)",
        "![x](https://evil.example/pixel.png)",
        "<https://evil.example>",
        "[a]\\](https://evil.example)",
        "[a\\]b](https://evil.example)",
        "[x][y]\n\n[y]: https://evil.example",
        "<img src=https://evil.example/x>",
        "{link}",
    ],
)
def test_a_value_is_never_read_as_markup(subject: str) -> None:
    html = fill("About {subject}:", VALUES | {"subject": subject, "link": "https://evil.example"}, render)[1]
    assert "href" not in html
    assert "<img" not in html


def test_a_link_of_ours_stays_one() -> None:
    text, html = fill("[Your page]({link})", VALUES | {"link": "https://desk.example/track/a.b-c_d"}, render)
    assert text == "[Your page](https://desk.example/track/a.b-c_d)"
    assert 'href="https://desk.example/track/a.b-c_d"' in html


def test_a_wording_fills_each_incident(incident: Incident) -> None:
    wording = wording_of("Kim Novak", lambda one: f"https://desk.example/{one.id}", render)
    assert wording(incident, "*{number}* {link}") == (
        "*INC-1* https://desk.example/1",
        "<p><em>INC-1</em> https://desk.example/1</p>\n",
    )


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(alphabet="[]()<>:!\\\"'`*_ \na/@{}", max_size=24))
def test_no_value_makes_a_link(subject: str) -> None:
    html = fill("*About* {subject}.", VALUES | {"subject": subject}, render)[1]
    assert "href" not in html
    assert "src" not in html
