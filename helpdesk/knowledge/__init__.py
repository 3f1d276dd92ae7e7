"""What fixed it, written down: articles with versions, and how often a fix was used again (KCS)."""
