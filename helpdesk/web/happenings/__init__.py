"""What events say on the timeline, a file for each subject; `helpdesk.web.timeline` puts them together.

Each file has a `WORDINGS`: kind of event -> function that gives (glyph, escaped HTML, tone)."""
