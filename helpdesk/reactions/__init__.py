"""What follows an event: one table from the kind of event to the names of reactions, each an errand.

`notify` tells people by letter, `index` keeps the search index in step. The code of each is a file of this
package; `helpdesk.worker` knows which function a name stands for."""

from helpdesk.journal import EventKind

NOTIFY, INDEX, DELIVER, DEPART, DIGEST = "notify", "index", "deliver", "depart", "digest"
FETCH = "fetch"  # follows no event: an agent asks for a mail that was left on the server

# Deliveries are sent on by `notify`, one errand for each letter, and follow no event by themselves; so is the
# departure of a reply that waits a while, since it may be called back.
TABLE: dict[str, tuple[str, ...]] = {
    EventKind.OPENED: (NOTIFY, INDEX),
    EventKind.RECEIVED: (NOTIFY, INDEX),
    EventKind.REPLIED: (NOTIFY, INDEX),
    EventKind.NOTED: (INDEX,),
    EventKind.ASSIGNED: (NOTIFY, INDEX),
    EventKind.CATEGORIZED: (INDEX,),
    EventKind.RENAMED: (INDEX,),
    EventKind.STATE_CHANGED: (INDEX,),
    EventKind.WOKEN: (NOTIFY, INDEX),
    EventKind.RESOLVED: (NOTIFY, INDEX),
    EventKind.CONFIRMED: (NOTIFY, INDEX),
    EventKind.REOPENED: (NOTIFY, INDEX),
    EventKind.CLOSED: (NOTIFY, INDEX),
    EventKind.CONSULTED: (NOTIFY, INDEX),
    EventKind.ADVISED: (NOTIFY, INDEX),
    EventKind.SCHEDULED: (NOTIFY,),
    EventKind.WITHDRAWN: (NOTIFY, INDEX),
    EventKind.MERGED: (INDEX,),
    EventKind.UNMERGED: (INDEX,),
    EventKind.DELIVERY_FAILED: (NOTIFY,),
    EventKind.DELIVERY_UNCERTAIN: (NOTIFY,),
    EventKind.BOUNCED: (NOTIFY,),
    EventKind.MAIL_HELD: (NOTIFY,),
    EventKind.ARTICLE_WRITTEN: (INDEX,),
    EventKind.ARTICLE_EDITED: (INDEX,),
    EventKind.ARTICLE_PUBLISHED: (INDEX,),
    EventKind.ARTICLE_WITHDRAWN: (INDEX,),
    EventKind.ARTICLE_ARCHIVED: (INDEX,),
}
