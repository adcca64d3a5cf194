"""Carry out a verb from a form page: what is wrong comes back beside what was typed."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from marksheet.apps.ledger.errors import BadInput, NotAllowed, Stale, WrongState


def carried_out(request: HttpRequest, form: Form, verb: Callable[[dict[str, Any]], object]) -> bool:
    """Return whether ``verb`` was done with what the form holds; otherwise the form says why not.

    What is hidden (``NotFound``) still reads as a missing page. A page with a refused form answers 400.
    """
    if request.method != "POST":
        return False
    if not form.is_valid():
        return form_refused(request)
    try:
        verb(form.cleaned_data)
    except (BadInput, WrongState, Stale, NotAllowed) as refusal:
        form.add_error(None, refusal.message)
        for detail in refusal.details:
            if detail != refusal.message:
                form.add_error(None, detail)
        if refusal.helpers:
            form.add_error(None, who_can_help(refusal.helpers))
    return True if not form.errors else form_refused(request)


def form_refused(request: HttpRequest) -> bool:
    """Have the page that shows a refused form again answer 400, so that programs see it too; return False."""
    request.form_refused = True  # type: ignore[attr-defined]
    return False


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what was sent for a form, however little; None where the page is only looked at."""
    return request.POST if request.method == "POST" else None


def who_can_help(names: tuple[str, ...]) -> str:
    """Return the sentence that names who can help."""
    return _("Ask %(names)s.") % {"names": ", ".join(names)}


def chosen(request: HttpRequest, name: str, offered: tuple[str, ...]) -> str:
    """Return which of what a form's buttons offer was chosen.

    Raises:
        BadInput: none of them.
    """
    found = str(request.POST.get(name, ""))
    if found not in offered:
        message = _(
            "“%(found)s” is not offered here as “%(name)s”. Nothing was changed. Go back and choose again."
        )
        raise BadInput(message % {"found": found[:100], "name": name})
    return found


def done(request: HttpRequest, message: str) -> None:
    """Say on the next page that it was done."""
    messages.success(request, message)


def to_choose(choices: Sequence[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Return choices of which none is chosen yet: the first of several is nobody's wish; a single one is."""
    return list(choices) if len(choices) == 1 else [("", _("choose")), *choices]
