"""The tables of working results, of their immutable versions, and of what the Results tab counts and finds."""

from django.db import models
from django.db.models import F, Q

from marksheet.apps.exams.models import Assessment, Attempt, Enrolment, KeyVersion, Schedule
from marksheet.apps.ledger.models import RefField
from marksheet.apps.people.models import Person, Unit


class Bucket(models.TextChoices):
    """Where a result stands for those who look for it; one word per row, kept by every change."""

    EXPECTED = "expected"
    NOT_SUBMITTED = "not-submitted"
    NOT_READY = "not-ready"
    MODERATION = "moderation"
    READY = "ready"
    WITHHELD = "withheld"
    CORRECTION = "correction"
    PUBLISHED = "published"
    ABSENT = "absent"


ON_RESULTS = (Bucket.NOT_READY, Bucket.MODERATION, Bucket.READY, Bucket.WITHHELD, Bucket.CORRECTION)
CAN_BE_TICKED = (Bucket.READY, Bucket.CORRECTION)


class Result(models.Model):
    """The working result of one candidate at one schedule: the one row that the Results tab reads.

    It carries copies of all that is shown, sorted or filtered there. Scores are exact (numerator over
    denominator, in marks) beside a projection in millionths. ``items`` packs the item scores in form order as
    64-bit integers in millionths. ``adjustments`` tells each adjusting step of the score: kind, amount, unit, score
    before and after, all exact text; null where there is none. ``in_force`` is the version that holds: one column,
    hence at most one. ``claim`` is the key of the publication that is preparing this row; nobody else can take it
    meanwhile.
    """

    ref = RefField()
    schedule = models.ForeignKey(Schedule, models.PROTECT, related_name="+", db_index=False)
    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="+", db_index=False)
    enrolment = models.OneToOneField(Enrolment, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    institution = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    home = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=200)
    sort_name = models.CharField(max_length=200)
    number = models.CharField(max_length=40)
    script_code = models.CharField(max_length=8)
    title = models.CharField(max_length=200)
    code = models.CharField(max_length=60)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()

    state = models.CharField(max_length=10, default="waiting")
    bucket = models.CharField(max_length=13, choices=Bucket, default=Bucket.EXPECTED)
    revision = models.IntegerField(default=0)
    stale = models.BooleanField(default=False)
    missing = models.JSONField(default=list)
    standing = models.CharField(max_length=8, default="expected")
    submitted = models.BooleanField(default=False)

    attempt = models.ForeignKey(Attempt, models.PROTECT, null=True, related_name="+", db_index=False)
    attempt_number = models.IntegerField(null=True)
    attempts_count = models.IntegerField(default=0)
    handed_in_at = models.DateTimeField(null=True)
    score_numerator = models.BigIntegerField(null=True)
    score_denominator = models.BigIntegerField(null=True)
    score_micro = models.BigIntegerField(null=True)
    maximum_micro = models.BigIntegerField(null=True)
    percent_micro = models.BigIntegerField(null=True)
    grade = models.CharField(max_length=40, blank=True)
    grade_rank = models.BigIntegerField(null=True)
    outcome = models.CharField(max_length=6, blank=True)
    shown_score = models.CharField(max_length=40, blank=True)
    shown_maximum = models.CharField(max_length=40, blank=True)
    shown_percent = models.CharField(max_length=40, blank=True)
    items = models.BinaryField(default=bytes)
    account = models.JSONField(default=list)
    adjustments = models.JSONField(null=True)

    withheld_at = models.DateTimeField(null=True)
    withheld_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    in_force = models.ForeignKey("ResultVersion", models.PROTECT, null=True, related_name="+", db_index=False)
    in_force_revision = models.IntegerField(null=True)
    published_at = models.DateTimeField(null=True)
    retracted = models.BooleanField(default=False)
    shown_to_candidate = models.BooleanField(default=False)
    claim = models.BigIntegerField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(score_denominator=None) | Q(score_denominator__gt=0),
                name="score_denominator_is_positive",
            ),
            models.CheckConstraint(
                condition=~Q(state="ready") | Q(stale=False), name="a_stale_result_is_never_ready"
            ),
        ]
        indexes = [
            models.Index(fields=["schedule", "bucket", "sort_name", "id"], name="results_of_schedule"),
            models.Index(fields=["person", "schedule"], name="results_of_person"),
            models.Index(fields=["schedule"], name="results_stale", condition=Q(stale=True)),
            models.Index(
                fields=["sort_name", "id"], name="published_by_name", condition=Q(in_force__isnull=False)
            ),
            models.Index(
                fields=["published_at", "id"], name="published_by_time", condition=Q(in_force__isnull=False)
            ),
            models.Index(
                fields=["schedule"],
                name="published_and_changed",
                condition=Q(in_force__isnull=False)
                & (~Q(state="ready") | ~Q(revision=F("in_force_revision"))),
            ),
        ]


class Word(models.Model):
    """A normalised word of a result's name, number, title or code, for search by its start."""

    result = models.ForeignKey(Result, models.PROTECT, related_name="+")
    institution = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    schedule = models.ForeignKey(Schedule, models.PROTECT, related_name="+")
    word = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["institution", "word", "result"], name="word_once_per_result")
        ]
        indexes = [models.Index(fields=["result"], name="words_of_result")]


class BucketCount(models.Model):
    """How many results of a schedule stand in a bucket; kept by every change."""

    schedule = models.ForeignKey(Schedule, models.PROTECT, related_name="+")
    bucket = models.CharField(max_length=13, choices=Bucket)
    count = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["schedule", "bucket"], name="count_once"),
            models.CheckConstraint(condition=Q(count__gte=0), name="counts_are_counts"),
        ]


class ResultVersion(models.Model):
    """A result frozen at publication; immutable. It holds only once its publication is committed.

    ``publication_id`` is a key of the release app above. ``hash`` covers every column that says what the result
    is and how it came about; the audit event of the preparation carries it.
    """

    ref = RefField()
    result = models.ForeignKey(Result, models.PROTECT, related_name="+", db_index=False)
    schedule = models.ForeignKey(Schedule, models.PROTECT, related_name="+")
    number = models.IntegerField()
    publication_id = models.BigIntegerField()
    follows = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)
    revision = models.IntegerField()
    attempt = models.ForeignKey(Attempt, models.PROTECT, null=True, related_name="+", db_index=False)
    attempt_number = models.IntegerField(null=True)
    handed_in_at = models.DateTimeField(null=True)
    score_numerator = models.BigIntegerField(null=True)
    score_denominator = models.BigIntegerField(null=True)
    score_micro = models.BigIntegerField(null=True)
    maximum_micro = models.BigIntegerField(null=True)
    percent_micro = models.BigIntegerField(null=True)
    grade = models.CharField(max_length=40, blank=True)
    outcome = models.CharField(max_length=6)
    shown_score = models.CharField(max_length=40, blank=True)
    shown_maximum = models.CharField(max_length=40, blank=True)
    shown_percent = models.CharField(max_length=40, blank=True)
    items = models.BinaryField(default=bytes)
    account = models.JSONField(default=list)
    adjustments = models.JSONField(null=True)
    key_version = models.ForeignKey(KeyVersion, models.PROTECT, null=True, related_name="+", db_index=False)
    rules_version = models.CharField(max_length=20)
    scale_hash = models.CharField(max_length=64)
    marks_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["result", "number"], name="version_number_once_per_result")
        ]
        indexes = [models.Index(fields=["publication_id", "id"], name="versions_of_publication")]


class Withdrawal(models.Model):
    """The fact that a version was taken out of force, and by which event."""

    version = models.OneToOneField(ResultVersion, models.PROTECT, related_name="+")
    event_id = models.BigIntegerField()
    at = models.DateTimeField()


class AdjustmentKind(models.TextChoices):
    """The named steps that can change one candidate's score; the words of ``rules.grading``."""

    SPECIAL_CONSIDERATION = "special_consideration"
    LATE_PENALTY = "late_penalty"
    CAP_AT_PASS = "cap_at_pass"  # noqa: S105


class Adjustment(models.Model):
    """The fact that one candidate's score was adjusted by a named step; why stands beside its event.

    Holds until an ``AdjustmentEnd`` takes it back; one of a kind at a time. The amount is in thousandths of
    ``unit``; a cap has none (0).
    """

    result = models.ForeignKey(Result, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=21, choices=AdjustmentKind)
    amount_thousandths = models.IntegerField(default=0)
    unit = models.CharField(max_length=7, default="marks")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    event_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_thousandths__gte=0), name="adjustments_have_a_size"),
            models.CheckConstraint(
                condition=Q(unit="marks") | Q(unit="percent", amount_thousandths__lte=100_000),
                name="adjustments_are_in_marks_or_per_cent",
            ),
        ]


class AdjustmentEnd(models.Model):
    """The fact that an adjustment was taken back, and by which event."""

    adjustment = models.OneToOneField(Adjustment, models.PROTECT, related_name="end")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    event_id = models.BigIntegerField()
    at = models.DateTimeField()
