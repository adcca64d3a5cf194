"""The tables of marks: who gave which part which number, in which round, and whose work is submitted."""

from django.db import models
from django.db.models import Q

from marksheet.apps.exams.models import Attempt, Part, Schedule, Scheme
from marksheet.apps.ledger.models import RefField
from marksheet.apps.marking.models.review import Decision as Decision
from marksheet.apps.marking.models.review import Kind as Kind
from marksheet.apps.marking.models.review import Moderation as Moderation
from marksheet.apps.marking.models.review import SampleDecision as SampleDecision
from marksheet.apps.marking.models.review import Seed as Seed
from marksheet.apps.marking.models.review import SeedStop as SeedStop
from marksheet.apps.marking.models.review import Unqualified as Unqualified
from marksheet.apps.marking.models.rounds import BESIDE as BESIDE
from marksheet.apps.marking.models.rounds import DECISIVE as DECISIVE
from marksheet.apps.marking.models.rounds import MARKERS as MARKERS
from marksheet.apps.marking.models.rounds import MODERATION as MODERATION
from marksheet.apps.marking.models.rounds import SEED as SEED
from marksheet.apps.marking.models.rounds import TRIAL as TRIAL
from marksheet.apps.marking.models.rounds import Round as Round
from marksheet.apps.people.models import Person


class Plan(models.Model):
    """How a schedule is marked: by one or two markers, and how two marks become one; without it, by one.

    What two marks that differ by no more than the tolerance come to, what settles those that differ by more, and what
    is measured are the words of ``rules.agreement``; ``sharing`` is one of ``rules.anonymity``. ``rounds`` are the
    rounds of moderation as ``rules.moderation`` stores them; ``seed`` is what chance follows from in their samples.
    ``seeding`` is how seeds are given to markers, as ``rules.seeding`` stores it; empty where they are not.
    ``qualifying`` is how many qualification scripts must be near enough, 0 for all; None where no script ever was for
    practice or qualification.
    With ``second_keying`` the marks of the one marker are typed again by somebody else.
    """

    schedule = models.OneToOneField(Schedule, models.PROTECT, related_name="+")
    revision = models.IntegerField(default=0)
    markers = models.IntegerField(default=1, choices=[(1, "One marker"), (2, "Two markers")])
    tolerance_thousandths = models.BigIntegerField(default=0)
    within = models.CharField(max_length=10, default="mean")
    beyond = models.CharField(max_length=10, default="agreed")
    measured = models.CharField(max_length=10, default="item")
    sharing = models.CharField(max_length=10, default="never")
    second_keying = models.BooleanField(default=False)
    rounds = models.JSONField(default=list)
    seed = models.CharField(max_length=40, blank=True, default="")
    seeding = models.JSONField(default=dict)
    qualifying = models.IntegerField(null=True)
    event_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(markers__in=(1, 2)), name="one_or_two_markers"),
            models.CheckConstraint(
                condition=Q(tolerance_thousandths__gte=0), name="tolerance_is_not_negative"
            ),
        ]


class Mark(models.Model):
    """A number that one marker gave one part in one round; each save is a new version, never an overwrite.

    ``value_thousandths`` None with ``no_response`` False means that the mark was taken back: unmarked again.
    """

    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="+", db_index=False)
    part = models.ForeignKey(Part, models.PROTECT, related_name="+", db_index=False)
    round = models.CharField(max_length=12, choices=Round)
    marker = models.ForeignKey(Person, models.PROTECT, related_name="+")
    version = models.IntegerField()
    value_thousandths = models.BigIntegerField(null=True)
    no_response = models.BooleanField(default=False)
    scheme = models.ForeignKey(Scheme, models.PROTECT, null=True, related_name="+", db_index=False)
    event_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["attempt", "part", "round", "marker", "version"], name="mark_version_once"
            ),
            models.CheckConstraint(
                condition=Q(no_response=False) | Q(value_thousandths=None), name="no_response_has_no_value"
            ),
        ]


class Judgement(models.Model):
    """What a marker said beside a mark: levels chosen, feedback to the candidate, a note to colleagues.

    Each save is a new version within a cell (attempt, part, round), whoever saved it. ``chosen`` is the JSON of
    ``rules.judging``; it explains the mark of version ``mark_version`` and no other. The note is never a candidate's.
    """

    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="+", db_index=False)
    part = models.ForeignKey(Part, models.PROTECT, related_name="+", db_index=False)
    round = models.CharField(max_length=12, choices=Round)
    version = models.IntegerField()
    marker = models.ForeignKey(Person, models.PROTECT, related_name="+")
    mark_version = models.IntegerField()
    scheme = models.ForeignKey(Scheme, models.PROTECT, null=True, related_name="+", db_index=False)
    chosen = models.JSONField(default=dict)
    feedback = models.TextField(blank=True)
    note = models.TextField(blank=True)
    event_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["attempt", "part", "round", "version"], name="judgement_version_once"
            )
        ]


class AnnotationKind(models.TextChoices):
    """What an annotation is; the words of ``rules.annotations``."""

    HIGHLIGHT = "highlight"
    STRIKE = "strike"
    COMMENT = "comment"
    PIN = "pin"
    REGION = "region"


class Annotation(models.Model):
    """What a marker put on a response: a stretch of its text, or a place on one of its files, with words or without.

    Each save is a new version of the annotation ``number`` of a cell (attempt, part, round), whoever saved it; the
    newest holds, unless it is ``removed``. ``start`` and ``end`` are code points of the text; ``position`` is the file,
    ``page`` one of its pages, ``x`` to ``height`` thousandths of it. ``digest`` is that of the quoted words, or the
    file's: by it a changed response is seen.
    """

    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="+", db_index=False)
    part = models.ForeignKey(Part, models.PROTECT, related_name="+", db_index=False)
    round = models.CharField(max_length=12, choices=Round)
    number = models.IntegerField()
    version = models.IntegerField()
    marker = models.ForeignKey(Person, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=9, choices=AnnotationKind)
    start = models.IntegerField(null=True)
    end = models.IntegerField(null=True)
    position = models.IntegerField(null=True)
    page = models.IntegerField(null=True)
    x = models.IntegerField(null=True)
    y = models.IntegerField(null=True)
    width = models.IntegerField(null=True)
    height = models.IntegerField(null=True)
    digest = models.CharField(max_length=64)
    words = models.TextField(blank=True)
    removed = models.BooleanField(default=False)
    event_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["attempt", "part", "round", "number", "version"], name="annotation_version_once"
            )
        ]


class Flag(models.Model):
    """A script on which its marker wants the lead marker's eyes; open until somebody settles it."""

    ref = RefField()
    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="+", db_index=False)
    round = models.CharField(max_length=12, choices=Round)
    part = models.ForeignKey(Part, models.PROTECT, null=True, related_name="+", db_index=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=1000)
    raised_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    answer = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["attempt", "round"], condition=Q(settled_at=None), name="one_open_flag_per_script"
            )
        ]


class StockComment(models.Model):
    """A comment that one marker keeps for one part, to be inserted again."""

    ref = RefField()
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    part = models.ForeignKey(Part, models.PROTECT, related_name="+", db_index=False)
    text = models.CharField(max_length=500)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "part", "text"], name="comment_kept_once")]


class Script(models.Model):
    """One attempt's place in one round: with whom it is, and whether it was submitted.

    Its ``ref`` is of this round alone: two markers of the same work know it by different names.

    An allocated script is its marker's alone (nobody's, while there is none) and has a ``place`` in that marker's
    order; any other lies on the pile, and ``marker`` is who first gave a mark.
    """

    ref = RefField()
    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="+", db_index=False)
    schedule = models.ForeignKey(Schedule, models.PROTECT, related_name="+", db_index=False)
    round = models.CharField(max_length=12, choices=Round)
    marker = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    allocated = models.BooleanField(default=False)
    place = models.IntegerField(default=0)
    unmarked = models.IntegerField()
    submitted_at = models.DateTimeField(null=True)
    reopened_at = models.DateTimeField(null=True)
    last_saved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["attempt", "round"], name="script_once_per_round"),
            models.CheckConstraint(condition=Q(unmarked__gte=0), name="unmarked_is_a_count"),
            models.CheckConstraint(
                condition=Q(submitted_at=None) | Q(unmarked=0), name="submitted_scripts_are_wholly_marked"
            ),
        ]
        indexes = [
            models.Index(fields=["schedule", "submitted_at"], name="scripts_of_schedule"),
            models.Index(fields=["marker", "schedule", "place"], name="scripts_of_marker"),
        ]

    @property
    def is_trial(self) -> bool:
        """It is a marker's own of a practice or qualification script."""
        return self.round.startswith(TRIAL)

    @property
    def is_seed(self) -> bool:
        """It is a marker's own of a seed."""
        return self.round.startswith(SEED)

    @property
    def is_beside(self) -> bool:
        """Its marks count nowhere: a seed, or a practice or qualification script."""
        return self.round.startswith(BESIDE)


class Method(models.TextChoices):
    """How the scripts of a schedule find their markers."""

    PILE = "pile"
    ONE = "one"
    EVENLY = "evenly"
    RANDOM = "random"
    WORKLOAD = "workload"
    BY_HAND = "by-hand"


class Allocation(models.Model):
    """How the scripts of a schedule are shared out; without one, they lie on a pile from which all markers take.

    ``shares`` is marker's key -> share of the work; ``seed`` is what chance followed from.
    """

    schedule = models.OneToOneField(Schedule, models.PROTECT, related_name="+")
    method = models.CharField(max_length=8, choices=Method)
    shuffled = models.BooleanField(default=True)
    shares = models.JSONField(default=dict)
    seed = models.CharField(max_length=40)
    event_id = models.BigIntegerField()
    at = models.DateTimeField()


class Keying(models.Model):
    """A mark as a second person typed it, without seeing the first; each save is a new version within its cell.

    A row with ``settles`` is a third look at a difference: since the mark of that version the cell is settled.
    """

    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="+", db_index=False)
    part = models.ForeignKey(Part, models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    version = models.IntegerField()
    value_thousandths = models.BigIntegerField(null=True)
    no_response = models.BooleanField(default=False)
    settles = models.IntegerField(null=True)
    event_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["attempt", "part", "version"], name="keying_version_once"),
            models.CheckConstraint(
                condition=Q(no_response=False) | Q(value_thousandths=None),
                name="keyed_no_response_has_no_value",
            ),
        ]


class HandsOn(models.Model):
    """Who ever had a script in hand; whoever is here never re-marks it."""

    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["attempt", "person"], name="hands_on_once")]


class MarkDraft(models.Model):
    """What somebody typed that could not be saved because another was faster; kept for them to decide.

    ``said`` is what else stood on the marking screen: levels, feedback, note, and the scheme they were given under.
    """

    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="+")
    part = models.ForeignKey(Part, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    typed = models.CharField(max_length=40)
    said = models.JSONField(default=dict)
    against_version = models.IntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["attempt", "part", "person"], name="one_draft_per_cell")
        ]
