"""An assessment version as the rules want it: paper, parts and keys, read once."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from marksheet.apps.exams.models import AssessmentVersion, Item, Key, Part, Section
from marksheet.rules import paper as rules
from marksheet.rules.scoring import Key as ScoringKey
from marksheet.rules.scoring import Match

REMEMBERED = 32


COLUMNS = 12


@dataclass(frozen=True, slots=True)
class PartRow:
    """One part with its place: ``item_index`` in the paper, ``part_index`` in the item.

    ``lowest_thousandths`` is below 0 where its key takes points off.
    """

    id: int
    ref: str
    label: str
    item_index: int
    part_index: int
    machine: bool
    match: str
    options: tuple[str, ...]
    maximum_thousandths: int
    lowest_thousandths: int = 0


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item in paper order."""

    id: int
    ref: str
    label: str
    title: str
    maximum: Fraction


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole version, ready for the rules; parts and items in paper order.

    ``hand_check`` says that people check what the machine scored.
    """

    spec: rules.PaperSpec
    items: tuple[ItemRow, ...]
    parts: tuple[PartRow, ...]
    part_by_label: Mapping[str, PartRow]
    part_by_id: Mapping[int, PartRow]
    keys: Mapping[int, ScoringKey]
    hand_check: bool = False

    @property
    def human_parts(self) -> tuple[PartRow, ...]:
        """The parts that a person marks; with a check by hand, all."""
        return self.parts if self.hand_check else self.unscored_parts

    @property
    def unscored_parts(self) -> tuple[PartRow, ...]:
        """The parts that no key scores: only people mark them, by schemes; their answers are texts and files."""
        return tuple(part for part in self.parts if not part.machine)

    @property
    def checked_parts(self) -> tuple[PartRow, ...]:
        """The parts that the machine scores and a person checks."""
        return self.machine_parts if self.hand_check else ()

    @property
    def machine_parts(self) -> tuple[PartRow, ...]:
        """The parts that the machine scores."""
        return tuple(part for part in self.parts if part.machine)


# Only live versions are remembered: they cannot change. The ref is in the key since a rolled-back key can return.
_remembered: OrderedDict[tuple[str, int | None], Paper] = OrderedDict()


def paper_of(version_id: int, key_version_id: int | None) -> Paper:
    """Return the paper of a version with the keys of one key version (None: without keys)."""
    version = AssessmentVersion.objects.get(pk=version_id)
    name = (version.ref, key_version_id)
    if version.state == "live" and name in _remembered:
        _remembered.move_to_end(name)
        return _remembered[name]
    paper = _read(version, key_version_id)
    if version.state == "live":
        _remembered[name] = paper
        while len(_remembered) > REMEMBERED:
            _remembered.popitem(last=False)
    return paper


@dataclass(frozen=True, slots=True)
class Dozen:
    """The parts that fit beside each other on a sheet, out of ``ranges`` with their first and last label."""

    parts: tuple[PartRow, ...]
    ranges: tuple[tuple[int, str], ...]
    chosen: int


def dozen_of(parts: Sequence[PartRow], wanted: int) -> Dozen:
    """Return the dozen numbered ``wanted``, from 0; out of range reads as 0."""
    ranges = tuple(
        (n, f"{parts[first].label} – {parts[min(first + COLUMNS, len(parts)) - 1].label}")
        for n, first in enumerate(range(0, len(parts), COLUMNS))
    )
    chosen = wanted if 0 <= wanted < len(ranges) else 0
    return Dozen(tuple(parts[chosen * COLUMNS : (chosen + 1) * COLUMNS]), ranges, chosen)


def marks(thousandths: int) -> Fraction:
    """Return stored thousandths as marks."""
    return Fraction(thousandths, 1000)


def _maybe(thousandths: int | None) -> Fraction | None:
    return None if thousandths is None else marks(thousandths)


def _read(version: AssessmentVersion, key_version_id: int | None) -> Paper:
    sections = list(Section.objects.filter(version=version).order_by("position"))
    items = list(Item.objects.filter(version=version).order_by("section__position", "position"))
    parts: dict[int, list[Part]] = {}
    for part in Part.objects.filter(version=version).order_by("position"):
        parts.setdefault(part.item_id, []).append(part)
    items = [item for item in items if parts.get(item.pk)]
    specs = {item.pk: _item_spec(item, parts[item.pk]) for item in items}
    spec = rules.PaperSpec(
        tuple(_section_spec(s, tuple(specs[i.pk] for i in items if i.section_id == s.pk)) for s in sections),
        _maybe(version.paper_floor_thousandths),
    )
    keys = {} if key_version_id is None else _keys(key_version_id)
    rows = tuple(
        PartRow(
            p.pk,
            p.ref,
            p.label,
            place,
            index,
            p.machine,
            p.match,
            tuple(p.options),
            p.maximum_thousandths,
            min(0, int(keys[p.pk].wrong_points * 1000)) if p.pk in keys else 0,
        )
        for place, item in enumerate(items)
        for index, p in enumerate(parts[item.pk])
    )
    return Paper(
        spec=spec,
        items=tuple(ItemRow(i.pk, i.ref, i.label, i.title, marks(i.maximum_thousandths)) for i in items),
        parts=rows,
        part_by_label={row.label: row for row in rows},
        part_by_id={row.id: row for row in rows},
        keys=keys,
        hand_check=version.hand_check,
    )


def _item_spec(item: Item, parts: list[Part]) -> rules.ItemSpec:
    return rules.ItemSpec(
        label=item.label,
        parts=tuple(rules.PartSpec(p.label, marks(p.maximum_thousandths), p.machine) for p in parts),
        maximum=marks(item.maximum_thousandths),
        rule=rules.ItemRule(item.rule),
        steps=tuple((int(count), marks(value)) for count, value in item.steps),
        floor=_maybe(item.floor_thousandths),
        treatment=rules.Treatment(item.treatment),
    )


def _section_spec(section: Section, items: tuple[rules.ItemSpec, ...]) -> rules.SectionSpec:
    return rules.SectionSpec(
        name=section.name,
        items=items,
        weight=marks(section.weight_thousandths),
        minimum=_maybe(section.minimum_thousandths),
        pick=rules.Pick(section.pick),
        pick_n=section.pick_n,
        floor=_maybe(section.floor_thousandths),
    )


def _keys(key_version_id: int) -> dict[int, ScoringKey]:
    return {
        key.part_id: ScoringKey(
            match=Match(key.match),
            correct=tuple(key.correct),
            points=marks(key.points_thousandths),
            wrong_points=marks(key.wrong_thousandths),
            tolerance=Fraction(key.tolerance) if key.tolerance else None,
        )
        for key in Key.objects.filter(key_version_id=key_version_id)
    }
