"""What a role may do: one pure table, rendered in the handbook and asked through `Actor.may`."""

from enum import StrEnum


class Role(StrEnum):
    AGENT = "agent"
    LEAD = "lead"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    WORK_INCIDENTS = "work_incidents"  # reply, note, assign, categorize, prioritize, move through the states
    HANDLE_HELD_MAIL = "handle_held_mail"  # accept, attach, discard, parse again
    WRITE_ARTICLES = "write_articles"  # write and edit knowledge articles
    PUBLISH_ARTICLES = "publish_articles"  # show articles to requesters
    MAKE_TOKENS = "make_tokens"  # create API tokens for oneself
    SHARE = "share"  # views, canned replies, macros and checklists for other teams or everybody
    EXPORT_RECORDS = "export_records"  # sealed exports of incidents
    SEE_OPERATIONS = "see_operations"  # errands given up, index lag, mailbox health
    ADMINISTER = "administer"  # agents, teams, categories, services, mailboxes


_AGENT = frozenset(
    {
        Permission.WORK_INCIDENTS,
        Permission.HANDLE_HELD_MAIL,
        Permission.WRITE_ARTICLES,
        Permission.PUBLISH_ARTICLES,
        Permission.MAKE_TOKENS,
    }
)

TABLE: dict[Role, frozenset[Permission]] = {
    Role.AGENT: _AGENT,
    Role.LEAD: _AGENT | {Permission.SEE_OPERATIONS, Permission.SHARE, Permission.EXPORT_RECORDS},
    Role.ADMINISTRATOR: frozenset(Permission),
}


def permissions_of(role: Role) -> frozenset[str]:
    return frozenset(permission.value for permission in TABLE[role])
