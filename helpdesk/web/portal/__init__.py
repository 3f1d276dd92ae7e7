"""What requesters see without signing in: public articles, the form, and the page of their one incident."""

from helpdesk.web.portal import answers, articles, report, survey, tracking
from helpdesk.web.portal.blueprint import blueprint

__all__ = ["answers", "articles", "blueprint", "report", "survey", "tracking"]
