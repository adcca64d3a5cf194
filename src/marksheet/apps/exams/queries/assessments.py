"""What a person may see of assessments: their versions, questions, keys and schemes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Model, OuterRef, Q, QuerySet, Subquery

from marksheet.apps.exams.models import (
    Assessment,
    AssessmentVersion,
    Item,
    Key,
    KeyVersion,
    Part,
    Schedule,
    Scheme,
    Section,
    VersionState,
)
from marksheet.apps.exams.queries.schemes import written
from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.people.models import Person, Unit, UnitPath
from marksheet.apps.people.queries import nodes_where
from marksheet.rules.access import Verb
from marksheet.rules.authoring import (
    ItemDraft,
    PartDraft,
    SectionDraft,
    any_by_hand,
    option_problems,
    paper_problems,
)
from marksheet.rules.grading import BadScale, Scale, scale_from_json
from marksheet.rules.problems import Problem

__all__ = [
    "Assessment", "AssessmentVersion", "Item", "ItemContent", "Part", "PartContent", "Section",
    "SectionContent", "VersionState", "assessment_for", "assessments_seen_by", "content_of", "draft_of",
    "item_for", "live_versions_seen_by", "newest_keys", "problems_of", "scale_of",
    "schedules_using", "searched", "section_draft", "section_for", "version_for", "versions_of", "versions_offered",
]  # fmt: skip

AnyModel = TypeVar("AnyModel", bound=Model)


def _visible(person: Person) -> Q:
    """Assessments of units where the person authors or schedules, and of the units above those."""
    above = UnitPath.objects.filter(descendant__in=nodes_where(person, Verb.SCHEDULE_MANAGE)).values(
        "ancestor"
    )
    return Q(unit__in=nodes_where(person, Verb.EXAM_AUTHOR)) | Q(unit__in=above)


def assessments_seen_by(person: Person, *verbs: str) -> QuerySet[Assessment]:
    """Return the assessments that ``person`` may see, newest first; with ``verbs`` those held at their unit.

    Each carries ``newest_state`` and ``newest_number`` of its newest version.
    """
    seen = Q(unit__in=nodes_where(person, *verbs)) if verbs else _visible(person)
    newest = AssessmentVersion.objects.filter(assessment=OuterRef("pk")).order_by("-number")
    return (
        Assessment.objects.filter(seen)
        .select_related("unit", "institution")
        .annotate(
            newest_number=Subquery(newest.values("number")[:1]),
            newest_state=Subquery(newest.values("state")[:1]),
        )
        .order_by("-created_at", "-id")
    )


def searched(assessments: QuerySet[Assessment], text: str) -> QuerySet[Assessment]:
    """Return those whose title or code holds every word of ``text``."""
    for word in text.split()[:8]:
        assessments = assessments.filter(Q(title__icontains=word) | Q(code__icontains=word))
    return assessments


def _door(rows: QuerySet[AnyModel], ref: str, message: str) -> AnyModel:
    row = rows.filter(ref=ref).first()
    if row is None:
        raise NotFound(message)
    return row


def assessment_for(person: Person, ref: str, *verbs: str) -> Assessment:
    """Return the assessment named ``ref`` if the person may see it (with ``verbs``: holds one at its unit).

    Raises:
        NotFound: there is none, or it is hidden from this person.
    """
    return _door(assessments_seen_by(person, *verbs), ref, "There is no such assessment.")


def version_for(person: Person, ref: str, *verbs: str) -> AssessmentVersion:
    """Return an assessment version if the person may see it; raises NotFound as ``assessment_for``."""
    rows = AssessmentVersion.objects.filter(assessment__in=assessments_seen_by(person, *verbs).values("pk"))
    return _door(rows.select_related("assessment__unit"), ref, "There is no such version.")


def section_for(person: Person, version: AssessmentVersion, ref: str, *verbs: str) -> Section:
    """Return a section of a version; raises NotFound as ``version_for``, or when it is another version's."""
    version_for(person, version.ref, *verbs)
    section = Section.objects.filter(version=version, ref=ref).first()
    if section is None:
        raise NotFound("There is no such section.")
    return section


def item_for(person: Person, ref: str, *verbs: str) -> Item:
    """Return a question if the person may see its assessment; raises NotFound as ``assessment_for``."""
    rows = Item.objects.filter(version__assessment__in=assessments_seen_by(person, *verbs).values("pk"))
    return _door(
        rows.select_related("version__assessment__unit", "section"), ref, "There is no such question."
    )


def versions_of(assessment: Assessment) -> QuerySet[AssessmentVersion]:
    """Return the versions of an assessment, newest first."""
    return AssessmentVersion.objects.filter(assessment=assessment).order_by("-number")


def draft_of(assessment: Assessment) -> AssessmentVersion | None:
    """Return the draft of an assessment, if it has one."""
    return versions_of(assessment).filter(state=VersionState.DRAFT).first()


def versions_offered(person: Person, unit: Unit) -> QuerySet[AssessmentVersion]:
    """Return the live versions that can be planned in ``unit``: of its own, of units above, of those seen."""
    above = UnitPath.objects.filter(descendant=unit).values("ancestor")
    root = unit.institution_id or unit.pk
    return (
        AssessmentVersion.objects.filter(
            Q(assessment__unit__in=above) | Q(assessment__in=assessments_seen_by(person).values("pk")),
            state=VersionState.LIVE,
            assessment__institution=root,
            assessment__archived_at=None,
        )
        .select_related("assessment")
        .order_by("assessment__title", "-number")
    )


def live_versions_seen_by(person: Person) -> QuerySet[AssessmentVersion]:
    """Return the live versions of assessments that the person sees, by title, the newest first."""
    return (
        AssessmentVersion.objects.filter(
            assessment__in=assessments_seen_by(person).values("pk"),
            state=VersionState.LIVE,
            assessment__archived_at=None,
        )
        .select_related("assessment")
        .order_by("assessment__title", "-number")
    )


def schedules_using(assessment: Assessment) -> QuerySet[Schedule]:
    """Return the schedules planned with any version of an assessment, newest window first."""
    return (
        Schedule.objects.filter(version__assessment=assessment)
        .select_related("version")
        .order_by("-opens_at")
    )


@dataclass(frozen=True, slots=True)
class PartContent:
    """A part with its key and its newest scheme."""

    part: Part
    key: Key | None
    scheme: Scheme | None

    @property
    def draft(self) -> PartDraft:
        """The part as its author writes it."""
        return PartDraft(
            label=self.part.label,
            machine=self.part.machine,
            maximum_thousandths=self.part.maximum_thousandths,
            match=self.part.match,
            options=tuple(self.part.options),
            correct=tuple(self.key.correct) if self.key else (),
            points_thousandths=self.key.points_thousandths if self.key else None,
            wrong_thousandths=self.key.wrong_thousandths if self.key else 0,
            tolerance=self.key.tolerance if self.key else "",
            scheme=written(self.scheme),
        )


@dataclass(frozen=True, slots=True)
class ItemContent:
    """A question with its parts."""

    item: Item
    parts: tuple[PartContent, ...]
    section: str

    @property
    def draft(self) -> ItemDraft:
        """The question as its author writes it."""
        return ItemDraft(
            label=self.item.label,
            title=self.item.title,
            section=self.section,
            maximum_thousandths=self.item.maximum_thousandths,
            rule=self.item.rule,
            steps=tuple((int(count), int(marks)) for count, marks in self.item.steps),
            floor_thousandths=self.item.floor_thousandths,
            parts=tuple(part.draft for part in self.parts),
        )


@dataclass(frozen=True, slots=True)
class SectionContent:
    """A section with its questions."""

    section: Section
    items: tuple[ItemContent, ...]

    @property
    def draft(self) -> SectionDraft:
        """The section as its author writes it."""
        return section_draft(self.section)


def section_draft(section: Section) -> SectionDraft:
    """Return a stored section as its author writes it."""
    return SectionDraft(
        name=section.name,
        weight_thousandths=section.weight_thousandths,
        minimum_thousandths=section.minimum_thousandths,
        pick=section.pick,
        pick_n=section.pick_n,
        floor_thousandths=section.floor_thousandths,
    )


def newest_keys(version: AssessmentVersion) -> KeyVersion | None:
    """Return the newest edition of a version's keys."""
    return KeyVersion.objects.filter(version=version).order_by("-number").first()


def content_of(version: AssessmentVersion, *, item: Item | None = None) -> tuple[SectionContent, ...]:
    """Return everything in a version, in paper order, by a constant number of statements.

    Args:
        item: read this question only; the other sections come empty.
    """
    only = {"item": item} if item else {}
    keys = {key.part_id: key for key in Key.objects.filter(key_version=newest_keys(version), **_within(item))}
    schemes = {
        s.part_id: s for s in Scheme.objects.filter(part__version=version, **_within(item)).order_by("number")
    }
    parts: dict[int, list[PartContent]] = {}
    for part in Part.objects.filter(version=version, **only).order_by("position"):
        parts.setdefault(part.item_id, []).append(PartContent(part, keys.get(part.pk), schemes.get(part.pk)))
    sections = list(Section.objects.filter(version=version).order_by("position"))
    names = {section.pk: section.name for section in sections}
    rows = Item.objects.filter(version=version).order_by("position")
    items: dict[int, list[ItemContent]] = {}
    for row in rows.filter(pk=item.pk) if item else rows:
        content = ItemContent(row, tuple(parts.get(row.pk, ())), names[row.section_id])
        items.setdefault(row.section_id, []).append(content)
    return tuple(SectionContent(section, tuple(items.get(section.pk, ()))) for section in sections)


def _within(item: Item | None) -> dict[str, Item]:
    return {"part__item": item} if item else {}


def scale_of(version: AssessmentVersion) -> Scale | None:
    """Return the grade scale of a version; None when what is stored cannot be read."""
    try:
        return scale_from_json(version.scale)
    except BadScale:
        return None


def problems_of(
    version: AssessmentVersion, content: Sequence[SectionContent] | None = None
) -> tuple[Problem, ...]:
    """Return what keeps a version from being made live; empty when nothing does."""
    read = content_of(version) if content is None else content
    paper = [(section.draft, [item.draft for item in section.items]) for section in read]
    by_hand = any_by_hand(item for _, items in paper for item in items)
    return (
        *paper_problems(paper, scale_of(version)),
        *option_problems(
            version.workflow, version.show_results, any_by_hand=by_hand, hand_check=version.hand_check
        ),
    )
