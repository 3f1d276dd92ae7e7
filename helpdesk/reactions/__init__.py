"""What follows an event: one table from the kind of event to the names of reactions, each an errand.

`notify` tells people by letter, `index` keeps the search index in step. The code of each is a file of this
package; `helpdesk.worker` knows which function a name stands for."""

from helpdesk.journal import EventKind
from helpdesk.service_levels.happenings import RELEVANT
from helpdesk.service_levels.versions import CLOCKS as CLOCKS

NOTIFY, INDEX, DELIVER, DEPART, DIGEST = "notify", "index", "deliver", "depart", "digest"
AUTOMATE = "automate"  # rules, allocation, escalation
FORGET = "forget"  # follows no event: bytes of a person who was erased
FETCH = "fetch"  # follows no event: an agent asks for a mail that was left on the server

# Deliveries are sent on by `notify`, one errand for each letter, and follow no event by themselves; so is the
# departure of a reply that waits a while, since it may be called back.
TABLE: dict[str, tuple[str, ...]] = {
    EventKind.OPENED: (AUTOMATE, NOTIFY, INDEX),
    EventKind.RECEIVED: (AUTOMATE, NOTIFY, INDEX),
    EventKind.REPLIED: (AUTOMATE, NOTIFY, INDEX),
    EventKind.NOTED: (AUTOMATE, NOTIFY, INDEX),
    EventKind.ASSIGNED: (AUTOMATE, NOTIFY, INDEX),
    EventKind.CATEGORIZED: (
        AUTOMATE,
        INDEX,
    ),
    EventKind.PRIORITIZED: (AUTOMATE,),
    EventKind.RATED: (AUTOMATE,),
    EventKind.RENAMED: (INDEX,),
    EventKind.STATE_CHANGED: (AUTOMATE, NOTIFY, INDEX),
    EventKind.WOKEN: (AUTOMATE, NOTIFY, INDEX),
    EventKind.RESOLVED: (AUTOMATE, NOTIFY, INDEX),
    EventKind.CONFIRMED: (AUTOMATE, NOTIFY, INDEX),
    EventKind.REOPENED: (AUTOMATE, NOTIFY, INDEX),
    EventKind.CLOSED: (AUTOMATE, NOTIFY, INDEX),
    EventKind.CONSULTED: (NOTIFY, INDEX),
    EventKind.ADVISED: (AUTOMATE, NOTIFY, INDEX),
    EventKind.SCHEDULED: (NOTIFY,),
    EventKind.WITHDRAWN: (NOTIFY, INDEX),
    EventKind.MERGED: (INDEX,),
    EventKind.UNMERGED: (INDEX,),
    EventKind.SPLIT: (INDEX,),
    EventKind.UNSPLIT: (INDEX,),
    EventKind.OPERATION_UNDONE: (INDEX,),
    EventKind.DELIVERY_FAILED: (NOTIFY,),
    EventKind.DELIVERY_UNCERTAIN: (NOTIFY,),
    EventKind.BOUNCED: (
        AUTOMATE,
        NOTIFY,
    ),
    EventKind.MAIL_HELD: (NOTIFY,),
    EventKind.ESCALATED: (
        AUTOMATE,
        NOTIFY,
    ),
    EventKind.SERVICE_LEVEL_WARNED: (AUTOMATE, NOTIFY),
    EventKind.SERVICE_LEVEL_BREACHED: (AUTOMATE, NOTIFY),
    EventKind.WATCHED: (NOTIFY,),
    EventKind.MENTIONED: (NOTIFY,),
    EventKind.TAGGED: (INDEX,),
    EventKind.FIELDS_CHANGED: (INDEX,),
    EventKind.TASK_ADDED: (NOTIFY,),
    EventKind.TASK_CHANGED: (NOTIFY,),
    EventKind.TASK_OVERDUE: (NOTIFY,),
    EventKind.ARTICLE_WRITTEN: (INDEX,),
    EventKind.ARTICLE_EDITED: (INDEX,),
    EventKind.ARTICLE_PUBLISHED: (INDEX,),
    EventKind.ARTICLE_WITHDRAWN: (INDEX,),
    EventKind.ARTICLE_ARCHIVED: (INDEX,),
}
# Clocks follow whatever they are computed from.
TABLE |= {kind: (*TABLE.get(kind, ()), CLOCKS) for kind in sorted(RELEVANT)}
