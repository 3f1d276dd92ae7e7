"""What becomes of a sender from now on: said on a held mail, and on the page of senders."""

from intake.senders import sender_rule
from tests.web.conftest import Browser
from tests.web.held_mail import Hold
from tests.world import World


def test_allowing_and_blocking_from_a_held_mail(world: World, hold: Hold, kim: Browser) -> None:
    row = hold()
    form = kim.form(f"/held/{row.id}", f"/held/{row.id}/sender")
    assert kim.send(f"/held/{row.id}/sender", form, verdict="block", scope="domain").status_code == 303
    assert "@elsewhere.example" in kim.text("/settings/senders")
    assert kim.send(f"/held/{row.id}/sender", form, verdict="allow", scope="address").status_code == 303
    page = kim.text(f"/held/{row.id}")
    assert "Allowed" in page
    rule = sender_rule(world.session, "zoe@elsewhere.example")
    assert rule is not None
    assert (rule.verdict, rule.made_by) == ("allow", "Kim Novak")


def test_the_page_of_senders(world: World, kim: Browser) -> None:
    kim.submit("/settings/senders", "/settings/senders", address="@Spam.example", note="All spam", verdict="block")
    page = kim.text("/settings/senders")
    assert "@spam.example" in page
    assert "All spam" in page
    bad = kim.submit("/settings/senders", "/settings/senders", address="nobody", verdict="block")
    assert bad.status_code == 422
    rule = sender_rule(world.session, "a@spam.example")
    assert rule is not None
    kim.submit("/settings/senders", f"/settings/senders/{rule.id}/removal")
    world.session.expire_all()
    assert sender_rule(world.session, "a@spam.example") is None
