"""The OpenAPI document, and a page for people made from it: both open to all, since they say nothing of the desk.

Everything the page shows is read out of the document, so it can't say anything else."""

from dataclasses import dataclass
from typing import Any

from flask import Response, current_app, render_template
from flask.typing import ResponseReturnValue

from helpdesk.api.problems import KINDS
from helpdesk.api.v1 import api
from helpdesk.api.v1.openapi import document

JSON_ONLY = "application/json"


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a model, or a parameter: its name, the kind of value, whether it must be there, what it means.

    `model` names the model that the kind leads to, or is empty."""

    name: str
    kind: str
    model: str
    required: bool
    meaning: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """One status an operation may answer with; `model` is the body's, or empty."""

    status: int
    meaning: str
    model: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one path."""

    anchor: str
    method: str
    path: str
    summary: str
    description: str
    is_open: bool
    parameters: tuple[Member, ...]
    body: str
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """What a body consists of; `values` instead of members where it is one of some words."""

    name: str
    description: str
    members: tuple[Member, ...]
    values: tuple[str, ...]


@api.get("/openapi.json")
def openapi() -> ResponseReturnValue:
    """The document itself."""
    return Response(current_app.json.dumps(document()), mimetype=JSON_ONLY)


@api.get("/docs")
def docs() -> ResponseReturnValue:
    """The page for people."""
    said = document()
    schemas = said["components"]["schemas"]
    return render_template(
        "api/docs.html",
        info=said["info"],
        server=said["servers"][0]["url"],
        groups=_groups(said),
        models=[_model(name, schemas[name]) for name in sorted(schemas)],
        kinds=sorted(KINDS.items()),
    )


def _groups(said: dict[str, Any]) -> dict[str, list[Operation]]:
    groups: dict[str, list[Operation]] = {tag["name"]: [] for tag in said["tags"]}
    for path, methods in said["paths"].items():
        for method, one in methods.items():
            groups[one["tags"][0]].append(_operation(path, method, one))
    for operations in groups.values():
        operations.sort(key=lambda one: (one.path, ("GET", "POST", "PATCH", "DELETE").index(one.method)))
    return groups


def _operation(path: str, method: str, one: dict[str, Any]) -> Operation:
    body = one.get("requestBody", {}).get("content", {}).get(JSON_ONLY, {}).get("schema", {})
    return Operation(
        anchor=one["operationId"],
        method=method.upper(),
        path=path,
        summary=one["summary"],
        description=one["description"],
        is_open=one.get("security") == [],
        parameters=tuple(_parameter(parameter) for parameter in one["parameters"]),
        body=_reference(body),
        outcomes=tuple(_outcome(status, answer) for status, answer in sorted(one["responses"].items())),
    )


def _parameter(one: dict[str, Any]) -> Member:
    where = {"query": "", "path": "in the path", "header": "header"}[one["in"]]
    kind = ", ".join(filter(None, (_kind(one["schema"]), where)))
    return Member(one["name"], kind, _reference(one["schema"]), one["required"], one.get("description", ""))


def _outcome(status: str, answer: dict[str, Any]) -> Outcome:
    bodies = [content["schema"] for content in answer.get("content", {}).values()]
    return Outcome(int(status), answer["description"], _reference(bodies[0]) if bodies else "")


def _model(name: str, schema: dict[str, Any]) -> Model:
    # What is answered is always there; only what is sent can be left out.
    required = schema.get("required", []) if schema.get("additionalProperties") is False else []
    members = tuple(
        Member(member, _kind(value), _reference(value), member in required, value.get("description", ""))
        for member, value in schema.get("properties", {}).items()
    )
    return Model(name, schema.get("description", ""), members, tuple(schema.get("enum", ())))


def _reference(schema: dict[str, Any]) -> str:
    """The name of the model a schema leads to, itself, in a list or beside null; else empty."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    inner = [schema["items"]] if "items" in schema else schema.get("anyOf", [])
    return next(filter(None, map(_reference, inner)), "")


def _kind(schema: dict[str, Any]) -> str:
    """The kind of value in words: “whole number, 1 to 5”, “list of Entry”, “text or null”."""
    if "$ref" in schema:
        return _reference(schema)
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"])
    if "enum" in schema or "const" in schema:
        return "one of " + ", ".join(map(str, schema.get("enum", [schema.get("const")])))
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    return _WORDS.get(schema.get("format", ""), _WORDS.get(schema.get("type", ""), "anything")) + _bounds(schema)


_WORDS = {
    "date-time": "moment (ISO 8601)",
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "null": "null",
    "object": "object",
}


def _bounds(schema: dict[str, Any]) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if high is not None and high < 10**9:
        return f", {low} to {high}"
    longest = schema.get("maxLength")
    return f", up to {longest:,} characters" if longest else ""
