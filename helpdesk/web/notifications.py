"""Where agents choose what they are told; and what they chose, in words."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.db import commit, session
from helpdesk.people.agent import Agent
from helpdesk.people.notification import NotificationSetting, Route, Timing, Topic, setting_of
from helpdesk.web import web
from helpdesk.web.access import agents_only, the_agent
from helpdesk.web.forms.notification import NotificationForm, chosen_routes, form_of


@web.get("/profile/notifications")
@agents_only
def notification_settings() -> ResponseReturnValue:
    setting = setting_of(session(), the_agent())
    routes = {topic.value: {route.value for route in setting.routes_of(topic)} for topic in Topic}
    return _page(form_of(the_agent(), setting), routes)


@web.post("/profile/notifications")
@agents_only
def change_notification_settings() -> ResponseReturnValue:
    form, routes = NotificationForm(request.form), chosen_routes(request.form)
    if not form.validate():
        return _page(form, {topic: set(chosen) for topic, chosen in routes.items()}), 422
    agent = the_agent()
    setting = setting_of(session(), agent)
    setting.routes, setting.timing, setting.time_zone = routes, form.timing.data, form.time_zone.data
    setting.digest_at = form.digest_at.data or setting.digest_at
    setting.quiet_from, setting.quiet_until = form.quiet_from.data, form.quiet_until.data
    setting.quiet_days = sorted(set(form.quiet_days.data or ()))
    setting.urgent_at_once = form.urgent_at_once.data
    setting.watch_when_mentioned = form.watch_when_mentioned.data
    setting.watch_when_replying = form.watch_when_replying.data
    agent.notify_by_mail = form.notify_by_mail.data
    session().add(setting)
    commit()
    flash("Saved.", "success")
    return redirect(url_for("web.notification_settings"), 303)


def told_in_words(agent: Agent, setting: NotificationSetting) -> str:
    """One sentence for the profile."""
    if not agent.notify_by_mail:
        return "By the bell only, no mail."
    when = {
        Timing.AT_ONCE: "By mail at once, and by the bell",
        Timing.HOURLY: "By one letter an hour, and by the bell",
        Timing.DAILY: f"By one letter a day at {setting.digest_at}, and by the bell",
    }[Timing(setting.timing)]
    quiet = f", but no mail from {setting.quiet_from} to {setting.quiet_until}" if setting.quiet_from else ""
    return f"{when}{quiet}."


def _page(form: NotificationForm, routes: dict[str, set[str]]) -> str:
    return render_template("profile/notifications.html", form=form, routes=routes, topics=Topic, kinds=Route)
