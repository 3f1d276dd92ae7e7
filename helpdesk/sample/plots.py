"""How a story goes, by the state it is to end in. Every plot starts with the report; chance decides the side steps."""

from collections.abc import Callable

from .story import Story

Plot = Callable[[Story], None]


def new(story: Story) -> None:
    story.reported()
    if story.rng.random() < 0.15:
        story.chased()


def open_(story: Story) -> None:
    _begun(story)
    if _can_ask(story) and story.rng.random() < 0.4:
        story.asked()
        story.answered()
    if story.scenario.notes:
        story.noted()


def pending_requester(story: Story) -> None:
    story.reported()
    story.taken()
    story.asked()


def pending_other(story: Story, days: int) -> None:
    _begun(story)
    story.waited(days)


def reopened(story: Story) -> None:
    """Resolved once, and back."""
    story.reported()
    story.taken()
    story.resolved()
    story.relapsed()


def settled(story: Story) -> None:
    """From report to closing, as most go."""
    rng, scenario = story.rng, story.scenario
    _begun(story, chased=0.08)
    if _can_ask(story) and rng.random() < 0.7:
        story.asked()
        story.answered()
    if scenario.notes and rng.random() < 0.7:
        story.noted()
    if scenario.waits_for and rng.random() < 0.5:
        story.waited(rng.randrange(1, 5))
    story.resolved()
    if scenario.relapse and rng.random() < 0.4:
        story.relapsed()
        story.mended_for_good()
    if rng.random() < 0.4:
        story.confirmed()
    else:
        story.closed()


def current(story: Story) -> None:
    """New, being worked or waiting for the requester, as chance has it."""
    chance = story.rng.random()
    if chance < 0.3:
        new(story)
    elif chance < 0.5 and _can_ask(story):
        pending_requester(story)
    else:
        open_(story)


def _begun(story: Story, chased: float = 0.0) -> None:
    story.reported()
    if story.rng.random() < chased:
        story.chased()
    story.taken()
    if story.rng.random() < 0.5:
        story.acknowledged()


def _can_ask(story: Story) -> bool:
    """The scenarios' questions are in English, so only who wrote in English is asked."""
    return bool(story.scenario.exchanges) and story.report.language == "en"
