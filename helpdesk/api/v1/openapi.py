"""The OpenAPI 3.1 document: what the decorators of the views say, put right where spectree is too simple.

Every view is decorated by `operation`; nothing of spectree's own pages is hung into the app, since they load from
elsewhere."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field
from spectree import Response, SecurityScheme, SecuritySchemeData, SpecTree
from spectree.models import SecureType, Server

from helpdesk.api.access import house
from helpdesk.api.problems import MEDIA_TYPE, Problem, Unprocessable

View = Callable[..., ResponseReturnValue]

DESCRIPTION = """\
Incidents, their threads and their states, articles, search and suggestions: all that the pages do, by the same
rules. Whatever the agent of a token may not see does not exist for it."""
ETAG = {"description": "The version of the incident after this call, for If-Match.", "schema": {"type": "string"}}
ALWAYS, WITH_BODY = (401, 422, 429), (400, 413, 415)


class Precondition(BaseModel):
    """Headers of calls that change an incident."""

    if_match: str | None = Field(
        None,
        alias="If-Match",
        description="The ETag of the incident as you know it. When it has changed since, 412 and nothing is done.",
    )


class Repeatable(BaseModel):
    """Headers of calls that make something."""

    idempotency_key: str | None = Field(
        None,
        alias="Idempotency-Key",
        max_length=200,
        description="Any text of your own, new for each thing to make. The same call with the same key within seven "
        "days is answered with what the first one made.",
    )


class RepeatableChange(Precondition, Repeatable):
    """Both."""


def _refuse(_request: object, _response: object, error: Any, *_: object) -> None:
    if error is not None:
        raise Unprocessable(error)


def _public_name(model: Any) -> str:
    return str(model.__name__).removesuffix("Shown")


spec = SpecTree(
    "flask",
    mode="strict",
    title="Helpdesk API",
    description=DESCRIPTION,
    version="1",
    openapi_version="3.1.0",
    page_templates={},
    before=_refuse,
    validation_error_model=Problem,
    naming_strategy=_public_name,
    nested_naming_strategy=lambda _parent, child: child.removesuffix("Shown"),
    security_schemes=[
        SecurityScheme(
            name="token",
            data=SecuritySchemeData(
                type=SecureType.HTTP,
                scheme="bearer",
                description="A token made on your profile page, or by the command helpdesk token create.",
            ),
        )
    ],
    security={"token": []},
)


def operation(
    tag: str,
    answer: type[BaseModel] | None,
    status: int = 200,
    *,
    headers: type[BaseModel] | None = None,
    problems: tuple[int, ...] = (),
    repeated: bool = False,
    is_open: bool = False,
    parameters: Mapping[str, str] | None = None,
) -> Callable[[Callable[..., Any]], View]:
    """Documents a view and validates what it is sent: arguments `json` and `query` by their annotations.

    `answer` is the model of the body with `status`; `repeated` adds 200 for a repeat with the same Idempotency-Key;
    `problems` are the statuses besides those that any call may meet; `is_open` needs no token."""

    def decorate(view: Callable[..., Any]) -> View:
        codes = problems if is_open else (*ALWAYS, *problems, *(WITH_BODY if "json" in view.__annotations__ else ()))
        models: dict[str, Any] = {f"HTTP_{code}": Problem for code in sorted(codes)}
        models[f"HTTP_{status}"] = answer
        if repeated:
            models["HTTP_200"] = (answer, "What the first call with this Idempotency-Key made")
        validated: View = spec.validate(
            resp=Response(**models),
            headers=headers,
            tags=[tag],
            security={} if is_open else None,
            operation_id=view.__name__,
            path_parameter_descriptions=parameters or {"number": "The number, without INC-."},
        )(view)
        return validated

    return decorate


def document() -> dict[str, Any]:
    """The whole document, within a request or an app context."""
    said: dict[str, Any] = deepcopy(spec.spec)
    said["servers"] = [Server(url=house().settings.base_url).to_dict(exclude_none=True)]
    for operations in said["paths"].values():
        for one in operations.values():
            one["parameters"] = [_parameter(parameter) for parameter in one["parameters"]]
            _correct_answers(one)
    schemas = said["components"]["schemas"]
    used = _used(said["paths"], schemas)
    said["components"]["schemas"] = {name: schemas[name] for name in sorted(used)}
    return said


def _parameter(one: dict[str, Any]) -> dict[str, Any]:
    """Without what makes sense in bodies only: null, and defaults that are none."""
    schema = {name: value for name, value in one["schema"].items() if name not in ("title", "description")}
    if schema.get("format") == "int32":
        # spectree takes every number in a path for 32 bits; ours have 64.
        schema = {"type": "integer", "format": "int64", "minimum": 1}
    if "anyOf" in schema:
        schema = next(value for value in schema["anyOf"] if value != {"type": "null"})
    if schema.get("default") == "":
        del schema["default"]
    return {**one, "schema": schema}


def _used(part: Any, schemas: dict[str, Any]) -> set[str]:
    """The names of all schemas that this part of the document leads to."""
    if isinstance(part, list):
        return set().union(*(_used(one, schemas) for one in part))
    if not isinstance(part, dict):
        return set()
    name = str(part.get("$ref", "")).rpartition("/")[2]
    inner = _used(schemas[name], schemas) | {name} if name else set()
    return inner.union(*(_used(one, schemas) for one in part.values()))


def _correct_answers(one: dict[str, Any]) -> None:
    headers = {parameter["name"] for parameter in one["parameters"]}
    if one.get("security") == [] and not headers:
        del one["responses"]["422"]  # spectree says this of all; nothing is sent here
    for status, answer in one["responses"].items():
        if int(status) >= 400 and "content" in answer:
            answer["content"] = {MEDIA_TYPE: answer["content"].pop("application/json")}
        elif "If-Match" in headers or one["operationId"] == "read_incident":
            answer["headers"] = {"ETag": ETAG}
        if "content" not in answer:
            answer["content"] = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
