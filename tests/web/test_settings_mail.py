"""What the site decides about mail: shown, saved, refused, and only for administrators."""

from collections.abc import Callable

import pytest

from helpdesk.policies import MailPolicy, policy
from helpdesk.web.settings.mail import GROUPS
from tests.web.conftest import Browser
from tests.world import World

PAGE = "/settings/mail"


@pytest.fixture
def ada(browse: Callable[[str], Browser]) -> Browser:
    return browse("ada")


def decided(world: World) -> MailPolicy:
    world.session.rollback()
    return policy(world.session, MailPolicy)


def test_everything_that_can_be_decided_stands_on_the_page(ada: Browser) -> None:
    form = ada.form(PAGE, PAGE)
    assert set(form) - {"csrf_token"} == set(MailPolicy.model_fields)
    assert {name for names in GROUPS.values() for name in names} == set(MailPolicy.model_fields)
    assert "#assign kim" in ada.text(PAGE)


def test_what_is_decided_is_kept(ada: Browser, world: World) -> None:
    answer = ada.submit(PAGE, PAGE, reopen_days="3", stranger_replies="new", alarm_address=" Alarm@Example.org ")
    assert answer.status_code == 303
    now = decided(world)
    assert (now.reopen_days, now.stranger_replies, now.alarm_address) == (3, "new", "alarm@example.org")
    assert ada.form(PAGE, PAGE)["reopen_days"] == ["3"]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("reopen_days", "-1", "from 0 to 3,650"),
        ("reopen_days", "soon", "from 0 to 3,650"),
        ("automatic_overall_an_hour", "", "from 1 to 1,000,000"),
        ("alarm_address", "nobody", "is not a mail address"),
        ("stranger_replies", "delete", "Not a valid choice"),
    ],
)
def test_what_makes_no_sense_is_not(ada: Browser, world: World, field: str, value: str, said: str) -> None:
    answer = ada.submit(PAGE, PAGE, **{field: value})
    assert (answer.status_code, said in answer.text) == (422, True)
    assert decided(world) == MailPolicy()


def test_only_administrators_decide(kim: Browser) -> None:
    assert kim.get(PAGE).status_code == 403
    assert kim.post(PAGE, reopen_days="3").status_code == 403
