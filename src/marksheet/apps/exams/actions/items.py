"""The verbs of an author on a draft's content: sections and questions."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Max
from django.utils.translation import gettext as _

from marksheet.apps.exams.actions.authoring import editing
from marksheet.apps.exams.models import Item, Section
from marksheet.apps.exams.queries.assessments import item_for, section_for
from marksheet.apps.exams.queries.problems import sentences
from marksheet.apps.exams.steps import authoring as steps
from marksheet.apps.ledger.errors import BadInput, WrongState
from marksheet.apps.people.models import Person
from marksheet.rules.authoring import ItemDraft, SectionDraft, section_problems


def add_section(actor: Person, version_ref: str, wanted: SectionDraft, *, at: datetime) -> None:
    """Add a section at the end of a draft.

    Raises:
        NotFound, NotAllowed, WrongState: as ``authoring.editing``.
        BadInput: the section cannot be so; ``details`` says why.
    """
    with editing(actor, version_ref, at=at) as (opened, version):
        sections = Section.objects.filter(version=version)
        _refuse_bad_section(wanted, [s.name for s in sections])
        highest = sections.aggregate(n=Max("position"))["n"]
        section = Section(version=version, position=0 if highest is None else highest + 1)
        steps.store_section(opened, section, wanted)
        opened.record("assessment", version.assessment_id, did="section_added", name=section.name)


def edit_section(actor: Person, version_ref: str, ref: str, wanted: SectionDraft, *, at: datetime) -> None:
    """Change a section of a draft; errors as ``add_section``."""
    with editing(actor, version_ref, at=at) as (opened, version):
        section = section_for(actor, version, ref)
        others = Section.objects.filter(version=version).exclude(pk=section.pk)
        _refuse_bad_section(wanted, [s.name for s in others])
        before = _facts(section)
        steps.store_section(opened, section, wanted)
        opened.record(
            "assessment", version.assessment_id, did="section_edited", before=before, after=_facts(section)
        )


def remove_section(actor: Person, version_ref: str, ref: str, *, at: datetime) -> None:
    """Remove an empty section of a draft; one with questions is refused."""
    with editing(actor, version_ref, at=at) as (opened, version):
        section = section_for(actor, version, ref)
        if Item.objects.filter(section=section).exists():
            raise WrongState(
                _("“%(name)s” still has questions: move or remove them first.") % {"name": section.name}
            )
        if Section.objects.filter(version=version).count() == 1:
            raise WrongState(_("A paper has at least one section."))
        section.delete()
        keys = list(Section.objects.filter(version=version).order_by("position").values_list("pk", flat=True))
        steps.place_sections(opened, version, keys)
        opened.record("assessment", version.assessment_id, did="section_removed", name=section.name)


def move_section(actor: Person, version_ref: str, ref: str, *, up: bool, at: datetime) -> None:
    """Swap a section of a draft with its neighbour."""
    with editing(actor, version_ref, at=at) as (opened, version):
        section = section_for(actor, version, ref)
        keys = list(Section.objects.filter(version=version).order_by("position").values_list("pk", flat=True))
        steps.place_sections(opened, version, _swapped(keys, section.pk, up=up))
        opened.record("assessment", version.assessment_id, did="section_moved", name=section.name, up=up)


def _refuse_bad_section(wanted: SectionDraft, others: Sequence[str]) -> None:
    details = sentences(section_problems(wanted))
    if wanted.name.strip().casefold() in {name.casefold() for name in others}:
        details.append(_("There is a section called “%(name)s” already.") % {"name": wanted.name.strip()})
    if details:
        raise BadInput(details[0], details=details)


def _facts(section: Section) -> dict[str, object]:
    return {
        "name": section.name,
        "weight": section.weight_thousandths,
        "minimum": section.minimum_thousandths,
        "pick": section.pick,
        "pick_n": section.pick_n,
        "floor": section.floor_thousandths,
    }


def _swapped(keys: list[int], key: int, *, up: bool) -> list[int]:
    place = keys.index(key)
    other = place - 1 if up else place + 1
    if 0 <= other < len(keys):
        keys[place], keys[other] = keys[other], keys[place]
    return keys


def add_item(actor: Person, version_ref: str, wanted: ItemDraft, *, at: datetime) -> Item:
    """Add a question to a draft; return it.

    Raises:
        NotFound, NotAllowed, WrongState: as ``authoring.editing``.
        BadInput: it cannot be used, or a label is taken; ``details`` says why.
    """
    return add_items(actor, version_ref, [wanted], at=at)[0]


def add_items(actor: Person, version_ref: str, wanted: Sequence[ItemDraft], *, at: datetime) -> list[Item]:
    """Add questions to a draft, all or none; errors as ``add_item``."""
    with editing(actor, version_ref, at=at) as (opened, version):
        items = steps.add_items(opened, version, wanted)
        opened.lines(("item", item.pk, {"added": item.label}) for item in items)
        opened.record("assessment", version.assessment_id, did="items_added", labels=[i.label for i in items])
    return items


def edit_item(actor: Person, item_ref: str, wanted: ItemDraft, *, at: datetime) -> None:
    """Write a question of a draft anew; errors as ``add_item``."""
    seen = item_for(actor, item_ref)
    with editing(actor, seen.version.ref, at=at) as (opened, version):
        item = item_for(actor, item_ref)
        item.version = version
        before = {"label": item.label, "maximum": item.maximum_thousandths, "rule": item.rule}
        steps.replace_item(opened, item, wanted)
        after = {"label": item.label, "maximum": item.maximum_thousandths, "rule": item.rule}
        opened.record("assessment", version.assessment_id, did="item_edited", before=before, after=after)


def remove_item(actor: Person, item_ref: str, *, at: datetime) -> None:
    """Take a question out of a draft."""
    seen = item_for(actor, item_ref)
    with editing(actor, seen.version.ref, at=at) as (opened, version):
        steps.remove_items(opened, version, [item_for(actor, item_ref)])
        opened.record("assessment", version.assessment_id, did="item_removed", label=seen.label)


def move_item(actor: Person, item_ref: str, *, up: bool, at: datetime) -> None:
    """Swap a question of a draft with its neighbour in the same section."""
    seen = item_for(actor, item_ref)
    with editing(actor, seen.version.ref, at=at) as (opened, version):
        item = item_for(actor, item_ref)
        rows = list(
            Item.objects.filter(version=version)
            .order_by("section__position", "position")
            .values_list("pk", "section_id")
        )
        inside = _swapped([pk for pk, section in rows if section == item.section_id], item.pk, up=up)
        rest = iter(inside)
        keys = [next(rest) if section == item.section_id else pk for pk, section in rows]
        steps.place_items(opened, version, keys)
        opened.record("assessment", version.assessment_id, did="item_moved", label=item.label, up=up)
