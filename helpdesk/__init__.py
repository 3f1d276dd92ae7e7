"""A helpdesk: mail becomes incidents, fixes become knowledge. Imports nothing, so tools can read the version."""

__version__ = "0.1.0"
