"""The knowledge base as agents meet it: list, reading, writing, two at once, publishing, versions, preview."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from helpdesk.house import House
from helpdesk.incidents.thread import Words
from helpdesk.knowledge.article import Article
from helpdesk.reactions.index import all_documents
from search.document import Document, Key
from search.index import open_index
from tests.web.conftest import Browser, Statements, form_in
from tests.world import START, World

NASTY = """<script>alert(1)</script>"'><img src=x onerror=alert(1)>"""


def house(app: Flask) -> House:
    return app.extensions["house"]


def damage_index(app: Flask, folder: Path) -> None:
    """Gives the desk a real index on disk whose files were overwritten."""
    open_index(folder).rebuild([])
    index = open_index(folder)
    index.apply([Document(Key("article", 1), 1, "Printer", "", "x", frozenset({"public"}), START)])
    for file in folder.rglob("*"):
        if file.is_file():
            file.write_bytes(b"damaged")
    app.extensions["house"] = replace(house(app), index=open_index(folder))


def index_all(app: Flask, world: World) -> None:
    world.session.commit()
    house(app).index.rebuild(all_documents(world.session))
    world.session.rollback()


def published(world: World, **given: str) -> Article:
    article = world.article(public=True, **given)
    world.session.commit()
    return article


def assert_harmless(html: str) -> None:
    assert "<script>alert" not in html
    assert "<img src=x" not in html


def test_a_stranger_is_sent_to_sign_in(browse: Callable[[str], Browser]) -> None:
    answer = browse("").get("/knowledge")
    assert answer.status_code == 302
    assert "/sign-in" in answer.location


def test_the_list_tells_published_from_internal(world: World, kim: Browser) -> None:
    published(world, title="For everybody")
    world.article(title="For us only")
    world.session.commit()
    assert "For everybody" in kim.text("/knowledge")
    internal = kim.text("/knowledge?audience=internal")
    assert "For us only" in internal
    assert "For everybody" not in internal
    public = kim.text("/knowledge?audience=public")
    assert "For us only" not in public


def test_an_empty_list_says_what_to_do(kim: Browser) -> None:
    assert "Write an article" in kim.text("/knowledge")


def test_the_search_box_finds_by_the_index(app: Flask, world: World, kim: Browser) -> None:
    world.article(title="Toner is empty", body="Shake the cartridge.")
    world.article(title="VPN drops", body="Look at the certificate.")
    index_all(app, world)
    page = kim.text("/knowledge?q=cartridge")
    assert "Toner is empty" in page
    assert "VPN drops" not in page
    assert "No article says" in kim.text("/knowledge?q=hovercraft")


def test_a_damaged_index_is_said_on_the_list(app: Flask, kim: Browser, tmp_path: Path) -> None:
    damage_index(app, tmp_path / "index")
    assert "helpdesk search rebuild" in kim.text("/knowledge?q=printer")


def test_the_list_takes_the_same_statements_however_long(world: World, kim: Browser, statements: Statements) -> None:
    world.article(title="One")
    world.session.commit()
    with statements as few:
        kim.text("/knowledge")
    for number in range(30):
        world.article(title=f"Article {number}")
    world.session.commit()
    before = len(few)
    with statements as all_said:
        kim.text("/knowledge")
    assert len(all_said) - before == before


def test_reading_shows_markdown_and_nothing_that_runs(world: World, kim: Browser) -> None:
    article = published(world, title=NASTY, body=f"## Fix\n\n**Restart** it. {NASTY} [x](javascript:alert(1))")
    page = kim.client.get(f"/knowledge/{article.id}", follow_redirects=True).text
    assert "<strong>Restart</strong>" in page
    assert "javascript:alert" not in page.replace("(javascript:alert(1))", "")
    assert_harmless(page)
    assert_harmless(kim.text("/knowledge"))


def test_an_old_address_leads_to_the_one_of_today(world: World, kim: Browser) -> None:
    article = published(world, title="Größe ändern: 100 %")
    answer = kim.get(f"/knowledge/{article.id}-something-else")
    assert answer.status_code == 302
    assert answer.location.startswith(f"/knowledge/{article.id}-gr")


def test_an_article_that_is_not_there_is_404(kim: Browser) -> None:
    for path in ("/knowledge/999", "/knowledge/999/edit", "/knowledge/999/versions"):
        assert kim.get(path).status_code == 404


def test_one_click_from_a_resolution(world: World, kim: Browser) -> None:
    incident = world.report("The VPN drops", "It drops\n# every ten minutes")
    world.resolve(incident, cause="Old certificate.", text="1. Renew it\n2. Restart")
    world.session.commit()
    form = kim.form(f"/knowledge/new?incident={incident.id}", "/knowledge")
    assert form["title"] == ["The VPN drops"]
    body = form["body"][0]
    assert body.index("## Symptoms") < body.index("## Cause") < body.index("## Fix")
    assert "> # every ten minutes" in body  # quoted: no heading of ours
    assert "Old certificate." in body
    assert "1. Renew it" in body
    answer = kim.send("/knowledge", form)
    assert answer.status_code == 303
    page = kim.text(answer.location)
    assert incident.number in page
    assert "Internal" in page
    article = world.session.get(Article, 1)
    assert article is not None
    assert article.from_incident_id == incident.id


def test_a_second_article_from_one_incident_is_pointed_out(world: World, kim: Browser) -> None:
    incident = world.report()
    world.session.commit()
    kim.submit(f"/knowledge/new?incident={incident.id}", "/knowledge", title="The first one")
    assert "The first one" in kim.text(f"/knowledge/new?incident={incident.id}")


def test_a_private_incident_makes_no_article_for_strangers(world: World, browse: Callable[[str], Browser]) -> None:
    incident = world.private_report()
    world.session.commit()
    kim = browse("kim")
    assert kim.get(f"/knowledge/new?incident={incident.id}").status_code == 404
    form = kim.form("/knowledge/new", "/knowledge")
    assert kim.send("/knowledge", form, title="T", body="B", incident=incident.id).status_code == 404
    petra = browse("petra")
    assert "private team" in petra.text(f"/knowledge/new?incident={incident.id}")
    kept = petra.submit(f"/knowledge/new?incident={incident.id}", "/knowledge").location
    assert incident.number in petra.text(kept)
    assert incident.number not in kim.text(kept)


def test_sending_twice_writes_one_article(world: World, kim: Browser) -> None:
    form = kim.form("/knowledge/new", "/knowledge")
    first = kim.send("/knowledge", form, title="Once", body="Only")
    second = kim.send("/knowledge", form, title="Once", body="Only")
    assert first.location == second.location
    assert world.session.query(Article).count() == 1


@pytest.mark.parametrize(
    ("title", "body", "said"),
    [("", "Text", "Give the article a title"), ("Title", "  ", "Write down what helps"), ("x" * 201, "T", "Shorten")],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(kim: Browser, title: str, body: str, said: str) -> None:
    answer = kim.submit("/knowledge/new", "/knowledge", title=title, body=body)
    assert answer.status_code == 422
    assert said in answer.text
    form = form_in(answer.text, "/knowledge")
    assert form["title"][0] == title
    assert form["body"][0].strip() == body.strip()


def test_typed_markup_comes_back_as_text(kim: Browser) -> None:
    answer = kim.submit("/knowledge/new", "/knowledge", title=NASTY, body="")
    assert answer.status_code == 422
    assert_harmless(answer.text)
    assert form_in(answer.text, "/knowledge")["title"] == [NASTY]


def test_two_at_once_end_in_both_texts(world: World, kim: Browser, browse: Callable[[str], Browser]) -> None:
    article = published(world, title="Old title", body="Old text")
    address = f"/knowledge/{article.id}/edit"
    kims = kim.form(address, address)
    sam = browse("sam")
    assert sam.submit(address, address, title="Title of Sam", body="Text of Sam").status_code == 303
    answer = kim.send(address, kims, body="Text of Kim")
    assert answer.status_code == 409
    assert "Text of Sam" in answer.text
    again = form_in(answer.text, address)
    assert again["body"][0].strip() == "Text of Kim"
    assert kim.send(address, again).status_code == 303
    world.session.expire_all()
    assert article.body == "Text of Kim"
    assert [one.body for one in article.versions] == ["Text of Kim", "Text of Sam", "Old text"]


def test_a_form_that_failed_still_knows_what_it_had_seen(
    world: World, kim: Browser, browse: Callable[[str], Browser]
) -> None:
    article = published(world, body="Old text")
    address = f"/knowledge/{article.id}/edit"
    failed = kim.submit(address, address, body="")
    assert failed.status_code == 422
    browse("sam").submit(address, address, body="Text of Sam")
    assert kim.send(address, form_in(failed.text, address), body="Text of Kim").status_code == 409


def test_publishing_and_taking_back(world: World, kim: Browser, browse: Callable[[str], Browser]) -> None:
    article = world.article(title="Secret no more")
    world.session.commit()
    public = f"/support/knowledge/{article.id}"
    assert browse("").get(public).status_code == 404
    page = f"/knowledge/{article.id}-secret-no-more"
    assert kim.submit(page, f"/knowledge/{article.id}/publication").status_code == 303
    assert browse("").get(public).status_code == 302
    assert kim.submit(page, f"/knowledge/{article.id}/publication/withdrawal").status_code == 303
    assert browse("").get(public).status_code == 404


def test_archiving_takes_it_from_list_and_public(world: World, kim: Browser, browse: Callable[[str], Browser]) -> None:
    article = published(world, title="Out of date")
    page = f"/knowledge/{article.id}-out-of-date"
    answer = kim.submit(page, f"/knowledge/{article.id}/archival")
    assert answer.status_code == 303
    kim.text("/knowledge")  # shows the message
    assert "Out of date" not in kim.text("/knowledge")
    assert browse("").get(f"/support/knowledge/{article.id}").status_code == 404
    assert "archived" in kim.text(page)
    assert kim.post(f"/knowledge/{article.id}/archival").status_code == 409


def test_versions_show_what_changed_and_bring_back(world: World, kim: Browser) -> None:
    article = published(world, title="Steps", body="Open the door\nTake the blue cable")
    address = f"/knowledge/{article.id}/edit"
    kim.submit(address, address, body="Open the door\nTake the red cable")
    page = kim.text(f"/knowledge/{article.id}/versions")
    assert "<del>blue</del>" in page
    assert "<ins>red</ins>" in page
    old = f"/knowledge/{article.id}/versions?version=1"
    answer = kim.submit(old, f"/knowledge/{article.id}/versions/1/restoration")
    assert answer.status_code == 303
    world.session.expire_all()
    assert article.body == "Open the door\nTake the blue cable"
    assert len(article.versions) == 3
    assert kim.get(f"/knowledge/{article.id}/versions?version=99").status_code == 404
    assert kim.post(f"/knowledge/{article.id}/versions/99/restoration").status_code == 404


def test_versions_escape_everything(world: World, kim: Browser) -> None:
    article = published(world, title=NASTY, body=NASTY)
    address = f"/knowledge/{article.id}/edit"
    kim.submit(address, address, title=f"{NASTY} two", body=f"{NASTY} two")
    assert_harmless(kim.text(f"/knowledge/{article.id}/versions"))


def test_preview_while_typing_is_a_fragment(kim: Browser) -> None:
    token = kim.token()
    answer = kim.client.post(
        "/knowledge/preview",
        data={"csrf_token": token, "body": f"**bold** {NASTY}"},
        headers={"HX-Request": "true"},
    )
    assert "<strong>bold</strong>" in answer.text
    assert "<html" not in answer.text
    assert_harmless(answer.text)


def test_preview_without_script_keeps_the_form(world: World, kim: Browser) -> None:
    article = published(world, title="T", body="old")
    form = kim.form(f"/knowledge/{article.id}/edit", "/knowledge/preview")
    answer = kim.send("/knowledge/preview", form, body="*new words*")
    assert answer.status_code == 200
    assert "<em>new words</em>" in answer.text
    kept = form_in(answer.text, f"/knowledge/{article.id}/edit")
    assert kept["body"][0].strip() == "*new words*"
    assert kept["seen_version"] == form["seen_version"]
    world.session.expire_all()
    assert article.body == "old"


def test_a_forged_post_changes_nothing(world: World, kim: Browser) -> None:
    article = world.article()
    world.session.commit()
    answer = kim.client.post(f"/knowledge/{article.id}/publication", data={})
    assert answer.status_code == 400
    world.session.expire_all()
    assert not article.is_public


def test_the_first_message_may_hold_only_a_file(world: World, kim: Browser) -> None:
    incident = world.report(words=Words(text="", html="<p>only html</p>"))
    world.session.commit()
    assert "What somebody with this problem sees." in kim.text(f"/knowledge/new?incident={incident.id}")
