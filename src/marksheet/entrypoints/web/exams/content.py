"""What is in a version: sections, questions, parts; quick to add, plain to read."""

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from marksheet.apps.exams.actions import items as actions
from marksheet.apps.exams.queries import assessments as queries
from marksheet.apps.exams.queries.problems import marks, sentences
from marksheet.apps.ledger import clock
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.acting import carried_out, chosen, done, form_refused, posted
from marksheet.entrypoints.shared.addresses import address
from marksheet.entrypoints.web.exams.fields import BY_MACHINE, MATCHES, options_shown, steps_shown
from marksheet.entrypoints.web.exams.forms import ItemForm, PartForm, PartFormSet, QuickItemForm, SectionForm
from marksheet.entrypoints.web.exams.views import facts_of, may_edit, version_context
from marksheet.rules.authoring import ItemDraft, SectionDraft, any_by_hand, paper_maximum, section_maximum
from marksheet.rules.paper import ItemRule, Pick
from marksheet.rules.scoring import Match

Content = tuple[queries.SectionContent, ...]


@signed_in
@require_http_methods(["GET", "POST"])
def version(request: HttpRequest, ref: str) -> HttpResponse:
    """Show a version; in a draft, add a question at the end."""
    person, at = person_of(request), clock.read()
    found = queries.version_for(person, ref)
    content = queries.content_of(found)
    names = [section.section.name for section in content]
    form = QuickItemForm(posted(request), initial=_next(content), sections=names)

    def add(typed: dict[str, Any]) -> None:
        actions.add_item(person, ref, form.draft(), at=at)

    if request.method == "POST" and carried_out(request, form, add):
        done(request, _("Question %(label)s was added.") % {"label": form.cleaned_data["label"]})
        return redirect(f"{request.path}#add")
    return render(request, "exams/version.html", _version_page(request, found, content, form))


def _version_page(
    request: HttpRequest, found: queries.AssessmentVersion, content: Content, form: QuickItemForm
) -> dict[str, Any]:
    context = version_context(person_of(request), found)
    paper = [(section.draft, [item.draft for item in section.items]) for section in content]
    by_hand = any_by_hand(item for _, inside in paper for item in inside)
    return context | {
        "form": form,
        "may_edit": may_edit(context),
        "sections": [_section_shown(section) for section in content],
        "files": address("imports:items", found.assessment.ref),
        "questions": sum(len(section.items) for section in content),
        "facts": facts_of(found, paper_maximum(paper), by_hand=by_hand),
        "problems": sentences(queries.problems_of(found, content)) if context["is_draft"] else [],
    }


def _next(content: Content) -> dict[str, Any]:
    """Return what the form for one more question begins with: the next number, the rest as in the last one."""
    items = [item for section in content for item in section.items]
    if not items:
        return {"label": "1"}
    last = items[-1].draft
    number = re.fullmatch(r"(.*?)([0-9]+)", last.label)
    begins: dict[str, Any] = {
        "label": f"{number[1]}{int(number[2]) + 1}" if number else "",
        "section": last.section,
        "maximum": last.maximum_thousandths,
    }
    if len(last.parts) == 1 and last.parts[0].machine:
        part = last.parts[0]
        begins |= {"marked": BY_MACHINE, "match": part.match, "options": options_shown(part.options)}
    return begins


def _section_shown(section: queries.SectionContent) -> dict[str, Any]:
    draft = section.draft
    items = [item.draft for item in section.items]
    return {
        "ref": section.section.ref,
        "name": draft.name,
        "says": _section_says(draft),
        "maximum": marks(section_maximum(draft, items)),
        "items": [_item_shown(item) for item in section.items],
    }


def _section_says(draft: SectionDraft) -> str:
    said = []
    if draft.pick != Pick.ALL:
        said.append(
            _("the best %(n)s count") % {"n": draft.pick_n}
            if draft.pick == Pick.BEST
            else _("the first %(n)s answered count") % {"n": draft.pick_n}
        )
    if draft.weight_thousandths != 1000:
        said.append(_("weight %(weight)s") % {"weight": marks(draft.weight_thousandths)})
    if draft.minimum_thousandths is not None:
        said.append(_("at least %(n)s marks to pass") % {"n": marks(draft.minimum_thousandths)})
    return ", ".join(said)


def _item_shown(content: queries.ItemContent) -> dict[str, Any]:
    draft = content.draft
    return {
        "ref": content.item.ref,
        "label": draft.label,
        "title": draft.title,
        "maximum": marks(draft.maximum_thousandths),
        "rule": _rule_says(draft),
        "parts": [_part_shown(part) for part in content.parts],
        "single": len(draft.parts) == 1 and draft.parts[0].label == draft.label,
    }


def _rule_says(draft: ItemDraft) -> str:
    if len(draft.parts) < 2 and draft.rule == ItemRule.SUM:
        return ""
    return {
        ItemRule.SUM: _("sum of its parts"),
        ItemRule.COUNT_CORRECT: _("right parts: %(steps)s") % {"steps": steps_shown(draft.steps)},
        ItemRule.ALL_OR_NOTHING: _("all parts right, or 0"),
        ItemRule.BEST_PART: _("the best part"),
    }[ItemRule(draft.rule)]


def _part_shown(content: queries.PartContent) -> dict[str, Any]:
    part = content.draft
    key = " | ".join(part.correct) if part.match != Match.MULTIPLE else ", ".join(part.correct)
    return {
        "label": part.label,
        "machine": part.machine,
        "marks": marks(part.points if part.machine else part.maximum_thousandths),
        "match": {str(value): label for value, label in MATCHES}.get(part.match, ""),
        "options": options_shown(part.options),
        "key": key,
        "wrong": marks(part.wrong_thousandths) if part.wrong_thousandths else "",
        "tolerance": part.tolerance,
        "has_scheme": not part.scheme.says_nothing,
    }


@signed_in
@require_http_methods(["GET", "POST"])
def section_add(request: HttpRequest, ref: str) -> HttpResponse:
    """Add a section."""
    person, at = person_of(request), clock.read()
    found = queries.version_for(person, ref)
    form = SectionForm(posted(request))

    def add(typed: dict[str, Any]) -> None:
        actions.add_section(person, ref, form.draft(), at=at)

    if request.method == "POST" and carried_out(request, form, add):
        done(request, _("Section %(name)s was added.") % {"name": form.cleaned_data["name"]})
        return redirect("exams:version", ref)
    context = version_context(person, found)
    return render(request, "exams/section.html", context | {"form": form, "may_edit": may_edit(context)})


@signed_in
@require_http_methods(["GET", "POST"])
def section(request: HttpRequest, ref: str, section_ref: str) -> HttpResponse:
    """Change a section, move it, or remove it."""
    person, at = person_of(request), clock.read()
    found = queries.version_for(person, ref)
    row = queries.section_for(person, found, section_ref)
    do = request.POST.get("do", "save")
    if request.method == "POST" and do in ("up", "down"):
        actions.move_section(person, ref, section_ref, up=do == "up", at=at)
        return redirect("exams:version", ref)
    if request.method == "POST" and do == "remove":
        actions.remove_section(person, ref, section_ref, at=at)
        done(request, _("Section %(name)s was removed.") % {"name": row.name})
        return redirect("exams:version", ref)
    form = SectionForm(posted(request), initial=SectionForm.shown(queries.section_draft(row)))

    def save(typed: dict[str, Any]) -> None:
        actions.edit_section(person, ref, section_ref, form.draft(), at=at)

    if request.method == "POST" and carried_out(request, form, save):
        done(request, _("Section %(name)s was saved.") % {"name": form.cleaned_data["name"]})
        return redirect("exams:version", ref)
    context = version_context(person, found)
    context |= {"form": form, "section": row, "may_edit": may_edit(context)}
    return render(request, "exams/section.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def item(request: HttpRequest, ref: str) -> HttpResponse:
    """Change a question with its parts; in a live version, read it."""
    person, at = person_of(request), clock.read()
    row = queries.item_for(person, ref)
    content = queries.content_of(row.version, item=row)
    draft = next(item.draft for section in content for item in section.items)
    names = [section.section.name for section in content]
    form = ItemForm(posted(request), initial=ItemForm.shown(draft), sections=names)
    parts = PartFormSet(
        posted(request), initial=[PartForm.shown(part) for part in draft.parts], prefix="parts"
    )

    def save(typed: dict[str, Any]) -> None:
        wanted = [part.draft() for part in parts.forms]
        actions.edit_item(person, ref, form.draft([part for part in wanted if part]), at=at)

    readable = request.method == "POST" and (parts.is_valid() or form_refused(request))
    if readable and carried_out(request, form, save):
        done(request, _("Question %(label)s was saved.") % {"label": form.cleaned_data["label"]})
        more = "more" in request.POST
        return redirect("exams:item", ref) if more else redirect("exams:version", row.version.ref)
    context = version_context(person, row.version)
    context |= {
        "item": row,
        "shown": _item_shown(next(item for section in content for item in section.items)),
        "draft": draft,
        "schemes": [
            (part.part, part.scheme)
            for section in content
            for one in section.items
            for part in one.parts
            if not part.part.machine
        ],
        "form": form,
        "parts": parts,
        "may_edit": may_edit(context),
    }
    return render(request, "exams/item.html", context)


@signed_in
@require_POST
def item_move(request: HttpRequest, ref: str) -> HttpResponse:
    """Move a question up or down in its section."""
    person = person_of(request)
    row = queries.item_for(person, ref)
    actions.move_item(person, ref, up=chosen(request, "do", ("up", "down")) == "up", at=clock.read())
    return redirect("exams:version", row.version.ref)


@signed_in
@require_POST
def item_remove(request: HttpRequest, ref: str) -> HttpResponse:
    """Remove a question."""
    person = person_of(request)
    row = queries.item_for(person, ref)
    actions.remove_item(person, ref, at=clock.read())
    done(request, _("Question %(label)s was removed.") % {"label": row.label})
    return redirect("exams:version", row.version.ref)
