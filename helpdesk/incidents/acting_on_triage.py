"""Actions on whose an incident is, what it is about and how much it matters."""

from helpdesk.errors import Invalid
from helpdesk.incidents.action_choices import ME, agent_chosen
from helpdesk.incidents.action_kind import ActionKind, Doing, Field, FieldType, Values
from helpdesk.incidents.record_types import RecordType
from helpdesk.people.agent import Team
from helpdesk.services import Category, Service

NOBODY = "nobody"
SIDES = (("1", "High"), ("2", "Medium"), ("3", "Low"))


def _assign(doing: Doing, values: Values) -> str:
    incident = doing.incident
    assignee = None if values["assignee"] == NOBODY else agent_chosen(doing, values["assignee"])
    before = incident.assignee
    incident.assign(assignee, incident.team, by=doing.by, at=doing.at)
    if incident.assignee is before:
        return ""
    return f"assigned to {assignee.name}" if assignee else "given back to nobody"


def _give_to_team(doing: Doing, values: Values) -> str:
    """Who has it keeps it only as a member of that team."""
    incident = doing.incident
    team, before = None, incident.team
    if values["team"] != NOBODY:
        team = doing.session.get(Team, values["team"])
        if team is None:
            raise Invalid("The team it was to go to is not there any more. Choose another one.", field="team")
    if team is before:
        return ""
    keeps = incident.assignee is not None and (team is None or incident.assignee in team.members)
    incident.assign(incident.assignee if keeps else None, team, by=doing.by, at=doing.at)
    return f"given to {team.name}" if team else "taken from its team"


def _categorize(doing: Doing, values: Values) -> str:
    incident = doing.incident
    service = doing.session.get(Service, values["service"]) if "service" in values else incident.service
    category = doing.session.get(Category, values["category"]) if "category" in values else incident.category
    if (service, category) == (incident.service, incident.category):
        return ""
    incident.categorize(category, service, by=doing.by, at=doing.at)
    names = (service.name if service else "", category.path if category else "")
    return f"sorted under {', '.join(filter(None, names))}"


def _something(values: Values) -> None:
    if not values:
        raise Invalid("Service and category: choose one of them.", field="service")


def _prioritize(doing: Doing, values: Values) -> str:
    incident = doing.incident
    before = incident.impact, incident.urgency, incident.priority
    incident.prioritize(
        int(values["impact"]), int(values["urgency"]), by=doing.by, at=doing.at, reason=str(values.get("reason", ""))
    )
    return f"made P{incident.priority}" if (incident.impact, incident.urgency, incident.priority) != before else ""


def _reclassify(doing: Doing, values: Values) -> str:
    incident = doing.incident
    before = incident.record_type
    incident.reclassify(values["record_type"], by=doing.by, at=doing.at)
    return f"made {_a(incident.record_type)}" if incident.record_type != before else ""


def _a(word: str) -> str:
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


KINDS = (
    ActionKind(
        "assign",
        "Assign",
        "user-check",
        _assign,
        (
            Field(
                "assignee",
                "Assignee",
                FieldType.CHOICE,
                required=True,
                source="agents",
                choices=(ME, (NOBODY, "Nobody")),
            ),
        ),
    ),
    ActionKind(
        "team",
        "Give to a team",
        "users",
        _give_to_team,
        (Field("team", "Team", FieldType.CHOICE, required=True, source="teams", choices=((NOBODY, "No team"),)),),
        help="Whoever has it keeps it only as a member of that team.",
    ),
    ActionKind(
        "categorize",
        "Service and category",
        "tag",
        _categorize,
        (
            Field("service", "Service", FieldType.CHOICE, source="services"),
            Field("category", "Category", FieldType.CHOICE, source="categories"),
        ),
        check=_something,
    ),
    ActionKind(
        "prioritize",
        "Impact and urgency",
        "flame",
        _prioritize,
        (
            Field("impact", "Impact", FieldType.CHOICE, required=True, choices=SIDES),
            Field("urgency", "Urgency", FieldType.CHOICE, required=True, choices=SIDES),
            Field("reason", "Reason", FieldType.LINE, help="Needed where the desk proposes otherwise."),
        ),
    ),
    ActionKind(
        "record_type",
        "Incident or request",
        "selector",
        _reclassify,
        (
            Field(
                "record_type",
                "Kind of record",
                FieldType.CHOICE,
                required=True,
                choices=tuple((one.value, one.label) for one in RecordType),
            ),
        ),
    ),
)
