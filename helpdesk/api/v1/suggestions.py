"""Fixes that may help with an incident: what the index suggests, loaded through what the caller may see."""

from pydantic import Field

from helpdesk.api.access import house, the_incident, viewer
from helpdesk.api.v1 import api
from helpdesk.api.v1.fields import Shown
from helpdesk.api.v1.openapi import operation
from helpdesk.db import session
from helpdesk.reports.suggestions import SuggestedFix, suggested_fixes


class SuggestionShown(Shown):
    """A fix that helped with something alike, and why it is suggested."""

    kind: str = Field(description="incident or article.")
    id: int
    title: str
    cause: str = Field(description="Of an incident; empty for an article.")
    text: str = Field(description="What fixed it: of an article its text, in Markdown.")
    likeness: float = Field(description="0 to 1: how much of the problem was found in it.")
    matched_terms: list[str] = Field(description="The words both have, the most telling first.")
    same_service: bool
    same_category: bool
    used: int = Field(description="How many incidents it helped.")
    rejected: int = Field(description="How often agents said “not this”.")


class Suggestions(Shown):
    """Best first; without those that were marked as not this for the incident."""

    suggestions: list[SuggestionShown]


@api.get("/incidents/<int:number>/suggestions")
@operation("Search", Suggestions, problems=(404, 503))
def suggest_fixes(number: int) -> Suggestions:
    """Suggest fixes for an incident"""
    found = suggested_fixes(session(), house().index, viewer(), the_incident(number))
    return Suggestions(suggestions=[_shown(one) for one in found])


def _shown(one: SuggestedFix) -> SuggestionShown:
    return SuggestionShown(
        kind=one.fix.key.kind,
        id=one.fix.key.id,
        title=one.fix.title,
        cause=one.fix.cause,
        text=one.fix.text,
        likeness=round(one.why.likeness, 3),
        matched_terms=list(one.why.matched_terms),
        same_service=one.why.same_service,
        same_category=one.why.same_category,
        used=one.used,
        rejected=one.rejected,
    )
