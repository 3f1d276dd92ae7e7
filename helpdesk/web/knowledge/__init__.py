"""The knowledge base for agents: reading, writing, publishing and the versions of articles."""

from helpdesk.web.knowledge import reading, versions, writing

__all__ = ["reading", "versions", "writing"]
