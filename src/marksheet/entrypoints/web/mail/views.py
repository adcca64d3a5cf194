"""The log of messages, one message with its text, sending again, pausing."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from marksheet.apps.ledger import clock
from marksheet.apps.people.queries.mail import pauses_seen_by
from marksheet.apps.release.actions import mailing as actions
from marksheet.apps.release.queries import mailing
from marksheet.apps.release.queries.mailing import Fate, MessageLine
from marksheet.entrypoints.shared import asking
from marksheet.entrypoints.shared.access import needs, person_of
from marksheet.entrypoints.shared.acting import carried_out, done
from marksheet.entrypoints.web.mail.words import fate_words, group_words, notice_words
from marksheet.outputs.channels.sink import message_file
from marksheet.outputs.notices import render as written
from marksheet.outputs.notices.message import Message
from marksheet.rules.access import Verb

MASK = "…"


class AgainForm(forms.Form):
    """Why a message is sent again."""

    reason = forms.CharField(
        label=gettext_lazy("Why is it sent again?"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Stays in the history, with your name."),
    )  # fmt: skip


@needs(Verb.MAIL_MANAGE)
@require_GET
def messages(request: HttpRequest) -> HttpResponse:
    """List the messages to people whom the reader looks after."""
    person = person_of(request)
    text, fate = request.GET.get("q", "").strip()[:200], asking.word(request.GET, "state", list(Fate))
    group = request.GET.get("group", "")[:64]
    pauses = pauses_seen_by(person)
    page = mailing.message_page(person, text=text, fate=fate, group=group, after=asking.key(request.GET))
    return render(
        request,
        "mail/list.html",
        {
            "rows": [(line, *said(line)) for line in page.lines],
            "following": page.next,
            "q": text,
            "fates": [(str(one), fate_words(one)[0]) for one in Fate],
            "narrowed": bool(text or fate or group),
            "counts": mailing.counts_by_fate(person),
            "pauses": pauses,
            "pausing": any(one.mine for one in pauses),
            "groups": [(one, group_words(one)) for one in mailing.waiting_groups(person)],
        },
    )


def said(line: MessageLine) -> tuple[str, str, str]:
    """Return what the message is called, the word for its fate, and its tone."""
    return (notice_words(line.notice), *fate_words(line.fate))


@needs(Verb.MAIL_MANAGE)
@require_http_methods(["GET", "POST"])
def message(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one message with its text; on POST send it again."""
    person, at = person_of(request), clock.read()
    work = mailing.message_for(person, ref)
    form = AgainForm(request.POST if request.method == "POST" else None)

    def again(cleaned: dict[str, Any]) -> None:
        actions.send_again(person, ref, reason=cleaned["reason"], at=at)

    if carried_out(request, form, again):
        done(request, _("The message is sent again."))
        return redirect("mail:list")
    line = mailing.described(person, [work])[0]
    notice, word, tone = said(line)
    context = {
        "line": line, "notice": notice, "word": word, "tone": tone, "form": form, "file": message_file(work.ref),
        **text_of(work),
    }  # fmt: skip
    return render(request, "mail/message.html", context, status=409 if form.is_bound else 200)


def text_of(work: Any) -> dict[str, Any]:
    """Return the message as it would leave now, its single-use link masked; or why it would not."""
    payload = dict(work.payload)
    if payload.get("notice") in mailing.WITH_LINK:
        payload["token"] = MASK
    found = written(work.person_id or 0, payload, settings.SITE_URL.rstrip("/"))
    return {"text": found} if isinstance(found, Message) else {"why_not": found.reason}


@needs(Verb.MAIL_MANAGE)
@require_POST
def pause(request: HttpRequest) -> HttpResponse:
    """Hold back what waits: one group; or all, with what is asked for until it is resumed."""
    group = request.POST.get("group", "")
    n = actions.pause(person_of(request), group=group, at=clock.read())
    words = ngettext("%(n)d message is paused.", "%(n)d messages are paused.", n) % {"n": n}
    if not group:
        more = _("New ones wait too, until you resume.")
        words = f"{words} {more}" if n else _("No message waits. What comes is held, until you resume.")
    done(request, words)
    return redirect("mail:list")


@needs(Verb.MAIL_MANAGE)
@require_POST
def resume(request: HttpRequest) -> HttpResponse:
    """Let what was held back go on: one group, or all."""
    n = actions.resume(person_of(request), group=request.POST.get("group", ""), at=clock.read())
    done(request, ngettext("%(n)d message goes on.", "%(n)d messages go on.", n) % {"n": n})
    return redirect("mail:list")
