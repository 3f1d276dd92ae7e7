"""The OpenAPI document is valid and says all there is; the page made from it needs nothing from elsewhere."""

import re

import pytest
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.api.calls import Contract

UNDOCUMENTED = {"api.openapi", "api.docs"}


@pytest.fixture
def contract(app: Flask) -> Contract:
    return Contract(app)


def test_the_document_is_valid_openapi_3_1(contract: Contract) -> None:
    assert contract.document["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(contract.document).validate()


def test_every_route_is_documented(app: Flask, contract: Contract) -> None:
    routes = {
        (method, re.sub(r"<int:(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.") and rule.endpoint not in UNDOCUMENTED
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert routes == contract.operations()


def test_operations_have_names_of_their_own_and_words(contract: Contract) -> None:
    operations = [one for methods in contract.document["paths"].values() for one in methods.values()]
    assert len({one["operationId"] for one in operations}) == len(operations)
    assert all(one["summary"] and "<" not in one["summary"] and one["tags"] for one in operations)


def test_errors_are_documented_as_problems(contract: Contract) -> None:
    for methods in contract.document["paths"].values():
        for one in methods.values():
            errors = {status: answer for status, answer in one["responses"].items() if int(status) >= 400}
            assert all(list(answer["content"]) == ["application/problem+json"] for answer in errors.values())
            assert ("401" in errors) == (one.get("security") != [])


def test_only_health_needs_no_token(contract: Contract) -> None:
    is_open = {
        path for path, methods in contract.document["paths"].items() for one in methods.values() if "security" in one
    }
    assert is_open == {"/api/v1/health"}
    assert contract.document["security"] == [{"token": []}]


def test_no_page_of_the_library_is_in_the_app(app: Flask) -> None:
    rules = [rule.rule for rule in app.url_map.iter_rules()]
    assert not [rule for rule in rules if re.search("swagger|redoc|scalar|apidoc", rule)]


def test_the_page_shows_every_operation_and_model(app: Flask, contract: Contract) -> None:
    page = app.test_client().get("/api/v1/docs")
    assert page.status_code == 200
    for methods in contract.document["paths"].values():
        for one in methods.values():
            assert f'id="{one["operationId"]}"' in page.text
    for model in contract.document["components"]["schemas"]:
        assert f'id="model-{model}"' in page.text


def test_every_link_within_the_page_leads_somewhere(app: Flask) -> None:
    text = app.test_client().get("/api/v1/docs").text
    found = re.findall(r'\bid="([^"]+)"', text)
    anchors = set(found)
    assert len(found) == len(anchors)
    assert set(re.findall(r'href="#([^"]+)"', text)) <= anchors


def test_the_type_of_a_problem_leads_to_its_meaning(app: Flask) -> None:
    browser = app.test_client()
    kind = browser.get("/api/v1/nothing").json["type"]
    path, _, anchor = kind.partition("#")
    assert f'id="{anchor}"' in browser.get(path).text


def test_the_page_needs_nothing_from_elsewhere(app: Flask) -> None:
    page = app.test_client().get("/api/v1/docs")
    assert not re.findall(r"<(?:script|link|img)[^>]+(?:https?:)?//", page.text)
    assert not re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", page.text)
    assert "unsafe-inline" not in page.headers["Content-Security-Policy"]
