"""Signing in and changing the password: our pages around Flask-Security's forms."""

from collections.abc import Callable

from flask import Flask

from tests.web.conftest import Browser
from tests.world import PASSWORD

NEW = "a longer and better password"


def test_the_right_password_opens_the_desk(app: Flask) -> None:
    browser = Browser(app)
    page = browser.text("/sign-in?next=/queue%3Fview%3Dmine")
    assert "Stay signed in" in page
    form = {"csrf_token": browser.form("/sign-in", "/sign-in")["csrf_token"]}
    answer = browser.client.post(
        "/sign-in?next=/queue%3Fview%3Dmine", data={**form, "email": "kim@northwind.example", "password": PASSWORD}
    )
    assert answer.location == "/queue?view=mine"
    assert browser.get("/queue").status_code == 200


def test_a_wrong_password_and_an_unknown_address_look_the_same(app: Flask) -> None:
    answers = [
        Browser(app).submit("/sign-in", "/sign-in", email=email, password="wrong password")
        for email in ("kim@northwind.example", "nobody@northwind.example")
    ]
    for answer in answers:
        assert answer.status_code == 200
        assert "do not go together" in answer.text


def test_where_to_go_afterwards_is_only_ever_here(app: Flask) -> None:
    browser = Browser(app)
    form = browser.form("/sign-in", "/sign-in")
    answer = browser.client.post(
        "/sign-in?next=https://evil.example/", data={**form, "email": "kim@northwind.example", "password": PASSWORD}
    )
    assert "evil" not in (answer.location or "")


def test_the_password_can_be_changed(app: Flask, browse: Callable[[str], Browser]) -> None:
    browser = Browser(app).sign_in("sam")
    said = {"password": PASSWORD, "new_password": NEW, "new_password_confirm": NEW}
    short = {**said, "new_password": "short", "new_password_confirm": "short"}
    assert "at least 10 characters" in browser.submit("/profile/password", "/profile/password", **short).text
    answer = browser.submit("/profile/password", "/profile/password", **said)
    assert (answer.status_code, answer.location) == (302, "/profile")
    assert browser.get("/queue").status_code == 200
    assert Browser(app).submit("/sign-in", "/sign-in", email="sam@northwind.example", password=NEW).status_code == 302
