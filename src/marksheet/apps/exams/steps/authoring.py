"""Write sections, questions, parts, keys and schemes of a draft, inside the change that is open."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Max
from django.utils.translation import gettext as _

from marksheet.apps.exams.models import AssessmentVersion, Item, Key, KeyVersion, Part, Scheme, Section
from marksheet.apps.exams.queries.assessments import ItemContent, SectionContent, newest_keys
from marksheet.apps.exams.queries.problems import sentences
from marksheet.apps.exams.queries.schemes import written
from marksheet.apps.ledger.change import Change
from marksheet.apps.ledger.errors import BadInput
from marksheet.apps.ledger.models import new_ref
from marksheet.rules import schemes as rules
from marksheet.rules.authoring import ItemDraft, PartDraft, SectionDraft, item_problems, key_of
from marksheet.rules.scoring import Match

TRUE_FALSE = ("true", "false")


def first_section_name() -> str:
    """Return the name of the section that a new draft begins with."""
    return _("Questions")


def add_first_section(opened: Change, version: AssessmentVersion) -> Section:
    """Give a new draft its one section, and its keys their first edition."""
    KeyVersion.objects.create(version=version, number=1, created_at=opened.at)
    return Section.objects.create(version=version, position=0, name=first_section_name())


def store_section(opened: Change, section: Section, wanted: SectionDraft) -> Section:
    """Write what the author wants of a section."""
    section.name = wanted.name.strip()
    section.weight_thousandths = wanted.weight_thousandths
    section.minimum_thousandths = wanted.minimum_thousandths
    section.pick = wanted.pick
    section.pick_n = wanted.pick_n
    section.floor_thousandths = wanted.floor_thousandths
    section.save()
    return section


def add_items(opened: Change, version: AssessmentVersion, specs: Sequence[ItemDraft]) -> list[Item]:
    """Add questions with their parts, keys and schemes to a draft, by a constant number of statements.

    Sections that are named and not there are made, in the order met; an empty first section takes the name of
    the first one wanted.

    Raises:
        BadInput: a question cannot be used by itself, or a label is taken; ``details`` says which and why.
    """
    _refuse_bad(version, specs)
    sections = _sections_for(opened, version, [spec.section.strip() for spec in specs])
    position = _next(Item, version)
    items = Item.objects.bulk_create(
        Item(
            version=version,
            section=sections[spec.section.strip().casefold()],
            position=position + n,
            **_item_values(spec),
        )
        for n, spec in enumerate(specs)
    )
    pairs = [(item, part) for item, spec in zip(items, specs, strict=True) for part in spec.parts]
    _add_parts(opened, version, pairs)
    renumber(opened, version)
    return items


def replace_item(opened: Change, item: Item, spec: ItemDraft) -> None:
    """Write a question of a draft anew: its values, its parts and their keys.

    A part that keeps its name or its place stays the same part, with the versions of its scheme.

    Raises:
        BadInput: as ``add_items``.
    """
    version = item.version
    _refuse_bad(version, [spec], but=item)
    sections = _sections_for(opened, version, [spec.section.strip()])
    for name, value in _item_values(spec).items():
        setattr(item, name, value)
    item.section = sections[spec.section.strip().casefold()]
    item.save()
    stood = _kept(item, spec)
    _remove_parts(Part.objects.filter(item=item).values_list("pk", flat=True))
    _add_parts(opened, version, [(item, part) for part in spec.parts], stood)
    renumber(opened, version)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What of a part outlives its being written anew: its name in addresses, and the versions of its scheme."""

    ref: str
    schemes: tuple[Scheme, ...]


def _kept(item: Item, spec: ItemDraft) -> list[_Kept | None]:
    """Return what is kept of the stored parts, one for each part of ``spec``; None where it is a new one.

    A part is the one with its label, or else, renamed, the one that stood in its place.
    """
    schemes: dict[int, list[Scheme]] = {}
    for row in Scheme.objects.filter(part__item=item).order_by("number"):
        schemes.setdefault(row.part_id, []).append(row)
    stood = list(Part.objects.filter(item=item).order_by("position"))
    labels = [part.label.strip().casefold() for part in spec.parts]
    by_label = {part.label.casefold(): part for part in stood}
    found = [by_label.get(label) for label in labels]
    for place, part in enumerate(stood[: len(found)]):
        same_kind = part.machine == spec.parts[place].machine
        if found[place] is None and same_kind and part.label.casefold() not in labels:
            found[place] = part
    return [_Kept(part.ref, tuple(schemes.get(part.pk, ()))) if part else None for part in found]


def remove_items(opened: Change, version: AssessmentVersion, items: Iterable[Item]) -> None:
    """Take questions out of a draft."""
    keys = [item.pk for item in items]
    _remove_parts(Part.objects.filter(item__in=keys).values_list("pk", flat=True))
    Item.objects.filter(pk__in=keys).delete()
    renumber(opened, version)


def _remove_parts(parts: Iterable[int]) -> None:
    keys = list(parts)
    Key.objects.filter(part__in=keys).delete()
    Scheme.objects.filter(part__in=keys).delete()
    Part.objects.filter(pk__in=keys).delete()


def remove_everything(opened: Change, version: AssessmentVersion) -> None:
    """Empty a draft that is given up, keys and sections included."""
    _remove_parts(Part.objects.filter(version=version).values_list("pk", flat=True))
    Item.objects.filter(version=version).delete()
    Section.objects.filter(version=version).delete()
    KeyVersion.objects.filter(version=version).delete()


def _refuse_bad(version: AssessmentVersion, specs: Sequence[ItemDraft], *, but: Item | None = None) -> None:
    problems = [problem for spec in specs for problem in item_problems(spec)]
    details = sentences(problems)
    others = Item.objects.filter(version=version)
    parts = Part.objects.filter(version=version)
    if but is not None:
        others, parts = others.exclude(pk=but.pk), parts.exclude(item=but)
    details += _taken([spec.label for spec in specs], others.values_list("label", flat=True), _("question"))
    labels = [part.label for spec in specs for part in spec.parts]
    details += _taken(labels, parts.values_list("label", flat=True), _("part"))
    details = list(dict.fromkeys(details))
    if details:
        raise BadInput(
            details[0] if len(details) == 1 else _("The questions were not saved."), details=details
        )


def _taken(wanted: Sequence[str], present: Iterable[str], what: str) -> list[str]:
    seen, found = {label.casefold() for label in present}, []
    for label in wanted:
        if label.strip().casefold() in seen:
            found.append(_("There is a %(what)s “%(label)s” already.") % {"what": what, "label": label})
        seen.add(label.strip().casefold())
    return found


def _item_values(spec: ItemDraft) -> dict[str, object]:
    return {
        "label": spec.label.strip(),
        "title": spec.title.strip(),
        "maximum_thousandths": spec.maximum_thousandths,
        "rule": spec.rule,
        "steps": [[count, marks] for count, marks in spec.steps],
        "floor_thousandths": spec.floor_thousandths,
    }


def _sections_for(opened: Change, version: AssessmentVersion, names: Sequence[str]) -> dict[str, Section]:
    """Return the section for each name, folded; "" is the first section."""
    sections = list(Section.objects.filter(version=version).order_by("position"))
    if not sections:
        sections = [Section.objects.create(version=version, position=0, name=first_section_name())]
    found = {section.name.casefold(): section for section in reversed(sections)}
    found[""] = sections[0]
    missing = [name for name in dict.fromkeys(names) if name.casefold() not in found]
    only_empty = len(sections) == 1 and not Item.objects.filter(version=version).exists()
    if missing and only_empty and "" not in names:
        sections[0].name = missing[0][:120]
        sections[0].save(update_fields=["name"])
        found[missing[0].casefold()] = sections[0]
    position = sections[-1].position
    for name in missing:
        if name.casefold() not in found:
            position += 1
            found[name.casefold()] = Section.objects.create(
                version=version, position=position, name=name[:120]
            )
    return found


def _next(model: type[Item] | type[Part], version: AssessmentVersion) -> int:
    highest = model._default_manager.filter(version=version).aggregate(n=Max("position"))["n"]
    return 0 if highest is None else highest + 1


def _add_parts(
    opened: Change,
    version: AssessmentVersion,
    pairs: Sequence[tuple[Item, PartDraft]],
    stood: Sequence[_Kept | None] = (),
) -> None:
    position = _next(Part, version)
    kept = list(stood) or [None] * len(pairs)
    parts = Part.objects.bulk_create(
        Part(
            ref=stays.ref if stays else new_ref(),
            item=item,
            version=version,
            position=position + n,
            label=draft.label.strip(),
            machine=draft.machine,
            match=draft.match if draft.machine else "",
            options=list(_options(draft)),
            maximum_thousandths=draft.points if draft.machine else draft.maximum_thousandths,
        )
        for n, ((item, draft), stays) in enumerate(zip(pairs, kept, strict=True))
    )
    drafts = [draft for _, draft in pairs]
    edition = newest_keys(version) or KeyVersion.objects.create(
        version=version, number=1, created_at=opened.at
    )
    Key.objects.bulk_create(
        _key(edition, part, draft) for part, draft in zip(parts, drafts, strict=True) if draft.machine
    )
    Scheme.objects.bulk_create(
        row
        for part, draft, stays in zip(parts, drafts, kept, strict=True)
        for row in _schemes(opened, part, draft, stays.schemes if stays else ())
    )


def _schemes(opened: Change, part: Part, draft: PartDraft, stood: Sequence[Scheme]) -> list[Scheme]:
    """Return the versions that a part's scheme had, and one more where the draft says something else."""
    rows = [
        new_scheme(part, row.number, written(row), by=row.written_by_id, at=row.created_at) for row in stood
    ]
    if not draft.scheme.says_nothing and draft.scheme != written(stood[-1] if stood else None):
        number = stood[-1].number + 1 if stood else 1
        rows.append(new_scheme(part, number, draft.scheme, by=opened.actor.id, at=opened.at))
    return rows


def new_scheme(part: Part, number: int, scheme: rules.Scheme, *, by: int | None, at: datetime) -> Scheme:
    """Return one version of a part's scheme, not yet stored."""
    return Scheme(
        part=part,
        number=number,
        guidance=scheme.guidance,
        model_answer=scheme.model_answer,
        step_thousandths=scheme.step_thousandths,
        criteria=rules.criteria_to_json(scheme.criteria),
        method_marks=rules.method_to_json(scheme.method_marks),
        written_by_id=by,
        created_at=at,
    )


def _options(draft: PartDraft) -> tuple[str, ...]:
    if draft.machine and draft.match == Match.TRUE_FALSE:
        return TRUE_FALSE
    return draft.options if draft.machine else ()


def _key(edition: KeyVersion, part: Part, draft: PartDraft) -> Key:
    key = key_of(draft)
    return Key(
        key_version=edition,
        part=part,
        match=draft.match,
        correct=list(key.correct),
        points_thousandths=draft.points,
        wrong_thousandths=draft.wrong_thousandths,
        tolerance="" if key.tolerance is None else str(key.tolerance),
    )


def renumber(opened: Change, version: AssessmentVersion) -> None:
    """Give questions and parts positions in paper order: by section, then as they stood."""
    items = list(Item.objects.filter(version=version).order_by("section__position", "position"))
    _place(Item, version, [item.pk for item in items], [item.position for item in items])
    order = {item.pk: n for n, item in enumerate(items)}
    parts = sorted(
        Part.objects.filter(version=version), key=lambda part: (order[part.item_id], part.position)
    )
    _place(Part, version, [part.pk for part in parts], [part.position for part in parts])


def _place(
    model: type[Item] | type[Part] | type[Section],
    version: AssessmentVersion,
    keys: Sequence[int],
    positions: Sequence[int],
) -> None:
    """Write positions 0, 1, 2, ... in the order of ``keys``; unique at every moment on the way."""
    if list(positions) == list(range(len(keys))):
        return
    rows = model._default_manager.filter(version=version)
    rows.update(position=-1 - F("position"))
    found = {row.pk: row for row in rows}
    for n, key in enumerate(keys):
        found[key].position = n
    manager: Any = model._default_manager
    manager.bulk_update(found.values(), ["position"], batch_size=200)


def place_items(opened: Change, version: AssessmentVersion, keys: Sequence[int]) -> None:
    """Put the questions of a draft into the order of ``keys``, sections in between kept together."""
    positions = dict(Item.objects.filter(version=version).values_list("pk", "position"))
    _place(Item, version, keys, [positions[key] for key in keys])
    renumber(opened, version)


def place_sections(opened: Change, version: AssessmentVersion, keys: Sequence[int]) -> None:
    """Put the sections of a draft into the order of ``keys``."""
    positions = dict(Section.objects.filter(version=version).values_list("pk", "position"))
    _place(Section, version, keys, [positions[key] for key in keys])
    renumber(opened, version)


def copy_content(opened: Change, content: Sequence[SectionContent], into: AssessmentVersion) -> None:
    """Copy sections, questions, keys and schemes of a version into a new, empty draft."""
    KeyVersion.objects.create(version=into, number=1, created_at=opened.at)
    for position, section in enumerate(content):
        store_section(opened, Section(version=into, position=position), section.draft)
    drafts: list[ItemContent] = [item for section in content for item in section.items]
    if drafts:
        add_items(opened, into, [item.draft for item in drafts])
