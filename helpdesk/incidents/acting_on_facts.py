"""Actions on what is kept beside an incident: tags, who watches it, the site's own fields."""

from helpdesk.errors import Invalid
from helpdesk.incidents.action_choices import ME, agent_chosen
from helpdesk.incidents.action_kind import ActionKind, Doing, Field, FieldType, Values
from helpdesk.incidents.custom_fields import CustomField, set_fields
from helpdesk.incidents.tags import change_tags, checked_name
from helpdesk.incidents.watching import unwatch, watch


def _tag(doing: Doing, values: Values) -> str:
    add, remove = values.get("add", ()), values.get("remove", ())
    change_tags(doing.incident, add=add, remove=remove, by=doing.by, at=doing.at)
    said = (f"tagged {', '.join(add)}" if add else "", f"no longer tagged {', '.join(remove)}" if remove else "")
    return "; ".join(filter(None, said))


def _names(values: Values) -> None:
    if not values:
        raise Invalid("Tags: write at least one to put on or take off.", field="add")
    for name in (*values.get("add", ()), *values.get("remove", ())):
        checked_name(name)


def _watch(doing: Doing, values: Values) -> str:
    incident = doing.incident
    agent = agent_chosen(doing, values["agent"])
    return f"watched by {agent.name}" if watch(incident, agent, by=doing.by, at=doing.at, why="operation") else ""


def _unwatch(doing: Doing, values: Values) -> str:
    incident = doing.incident
    agent = agent_chosen(doing, values["agent"])
    return f"no longer watched by {agent.name}" if unwatch(incident, agent, by=doing.by, at=doing.at) else ""


def _fill(doing: Doing, values: Values) -> str:
    incident = doing.incident
    field = doing.session.get(CustomField, values["field"])
    if field is None:
        raise Invalid("The field chosen here is not there any more. Choose another one.", field="field")
    before, given = incident.custom.get(field.key), values.get("value", "")
    set_fields(incident, {field.key: _as_chosen(field, given)}, by=doing.by, at=doing.at)
    return f"{field.label} filled in" if incident.custom.get(field.key) != before else ""


def _as_chosen(field: CustomField, given: str) -> object:
    """The keys of the choices that were written by their labels; anything else as it is."""
    if not field.options:
        return given
    keys = {label.casefold(): key for key, label in field.offered}
    chosen = [keys.get(one.casefold(), one) for one in (part.strip() for part in given.split(",")) if one]
    return chosen if field.type == "choices" else (chosen[0] if len(chosen) == 1 else given)


_WHO = (Field("agent", "Agent", FieldType.CHOICE, required=True, source="agents", choices=(ME,)),)

KINDS = (
    ActionKind(
        "tags",
        "Tags",
        "tags",
        _tag,
        (
            Field("add", "Put on", FieldType.NAMES, help="Several with commas."),
            Field("remove", "Take off", FieldType.NAMES),
        ),
        touches=frozenset({"tags"}),
        check=_names,
    ),
    ActionKind("watch", "Watch", "eye", _watch, _WHO, touches=frozenset({"watchers"})),
    ActionKind("unwatch", "Watch no longer", "eye-off", _unwatch, _WHO, touches=frozenset({"watchers"})),
    ActionKind(
        "custom",
        "Fill in a field",
        "forms",
        _fill,
        (
            Field("field", "Field", FieldType.CHOICE, required=True, source="fields"),
            Field("value", "Value", FieldType.LINE, help="As it stands in the form; empty takes it away."),
        ),
        touches=frozenset({"custom"}),
    ),
)
