"""A program that calls the API. Whatever it is answered must be what the OpenAPI document says, or the test fails."""

from contextvars import Context
from typing import Any

import jsonschema
from flask import Flask
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from helpdesk.journal import Event, history
from tests.world import World

JSON, PROBLEM, BYTES = "application/json", "application/problem+json", "application/octet-stream"
# These may come from any address, so the document does not repeat them for each.
ANYWHERE = {400, 401, 404, 405, 413, 415, 429, 500, 503}


class Contract:
    """The OpenAPI document, and answers held against it."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.document: dict[str, Any] = app.test_client().get("/api/v1/openapi.json").json
        self.registry = Registry().with_resource(
            "urn:document", Resource.from_contents(self.document, default_specification=DRAFT202012)
        )

    def operations(self) -> set[tuple[str, str]]:
        return {(method.upper(), path) for path, methods in self.document["paths"].items() for method in methods}

    def check(self, method: str, path: str, answer: TestResponse) -> None:
        template = self._template(method, path)
        said = self.document["paths"].get(template, {}).get(method.lower())
        if answer.status_code >= 400:
            assert answer.content_type == PROBLEM, answer.text
            self._validate({"$ref": "urn:document#/components/schemas/Problem"}, answer.json)
            assert answer.json["status"] == answer.status_code
            assert answer.json["instance"] == path.partition("?")[0]
            documented = said and str(answer.status_code) in said["responses"]
            assert documented or answer.status_code in ANYWHERE, f"{method} {template}: {answer.status} {answer.text}"
            return
        assert said, f"{method} {template} is not documented"
        assert str(answer.status_code) in said["responses"], f"{method} {template}: {answer.status}"
        content = said["responses"][str(answer.status_code)]["content"]
        assert answer.mimetype in content, f"{method} {template}: {answer.mimetype}"
        if answer.mimetype == JSON:
            self._validate(content[JSON]["schema"], answer.json)

    def _template(self, method: str, path: str) -> str:
        adapter = self.app.url_map.bind("localhost")
        try:
            rule, _ = adapter.match(path.partition("?")[0], method=method, return_rule=True)
        except HTTPException:
            return ""
        return rule.rule.replace("<int:number>", "{number}")

    def _validate(self, schema: dict[str, Any], body: Any) -> None:
        jsonschema.Draft202012Validator(
            _absolute(schema), registry=self.registry, format_checker=jsonschema.FormatChecker()
        ).validate(body)


def _absolute(schema: dict[str, Any]) -> dict[str, Any]:
    reference = schema.get("$ref", "")
    return {"$ref": f"urn:document{reference}"} if reference.startswith("#") else schema


class Api:
    def __init__(self, app: Flask, secret: str) -> None:
        self.app, self.secret = app, secret
        self.contract = Contract(app)

    def call(self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any) -> TestResponse:
        given = {"Authorization": f"Bearer {self.secret}", **(headers or {})}
        client = self.app.test_client()
        # In a context of its own, as on a thread of a server; else it would share the test's database session.
        answer = Context().run(client.open, f"/api/v1{path}", method=method, headers=given, **more)
        self.contract.check(method, f"/api/v1{path}", answer)
        return answer

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.call("GET", path, _named(headers))

    def post(self, path: str, body: Any = None, **headers: str) -> TestResponse:
        return self.call("POST", path, _named(headers), **({} if body is None else {"json": body}))

    def patch(self, path: str, body: Any, **headers: str) -> TestResponse:
        return self.call("PATCH", path, _named(headers), json=body)

    def delete(self, path: str, **headers: str) -> TestResponse:
        return self.call("DELETE", path, _named(headers))


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def happened(world: World, number: int) -> list[Event]:
    """The journal of an incident, oldest first, as others have left it."""
    world.session.expire_all()
    events = history(world.session, "incident", number)
    world.session.commit()
    return events


def kinds(world: World, number: int) -> list[str]:
    return [event.kind for event in happened(world, number)]
