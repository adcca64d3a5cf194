"""The tables of exams, schedules and handed-in work."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from marksheet.apps.exams.models.files import Import as Import
from marksheet.apps.exams.models.files import ImportState as ImportState
from marksheet.apps.exams.models.files import ResponseFile as ResponseFile
from marksheet.apps.ledger.models import RefField
from marksheet.apps.people.models import Person, Unit


class Assessment(models.Model):
    """An exam's definition, across its versions."""

    ref = RefField()
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    institution = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    code = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    language = models.CharField(max_length=10, default="en")
    archived_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint("institution", Lower("code"), name="assessment_code_once_per_institution")
        ]

    def __str__(self) -> str:
        return self.title


class VersionState(models.TextChoices):
    """Whether an assessment version may still be edited."""

    DRAFT = "draft"
    LIVE = "live"


class AssessmentVersion(models.Model):
    """One edition of an assessment; live ones are frozen, and a schedule pins one.

    ``scale`` and ``switches`` are the JSON of ``rules.grading.Scale`` and ``rules.visibility.Switches``.
    """

    ref = RefField()
    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="+")
    number = models.IntegerField()
    state = models.CharField(max_length=5, choices=VersionState, default=VersionState.DRAFT)
    revision = models.IntegerField(default=0)
    workflow = models.CharField(max_length=20, default="coordinated")
    hand_check = models.BooleanField(default=False)
    show_results = models.CharField(max_length=24, default="publisher_decides")
    scheduler_may_override = models.BooleanField(default=False)
    questions_lifted = models.BooleanField(default=False)
    attempts_allowed = models.IntegerField(default=1)
    attempt_counts = models.CharField(max_length=5, default="last")
    duration_minutes = models.IntegerField(null=True)
    scale = models.JSONField(default=dict)
    switches = models.JSONField(default=dict)
    paper_floor_thousandths = models.BigIntegerField(null=True, default=0)
    frozen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment", "number"], name="version_number_once"),
            models.UniqueConstraint(
                fields=["assessment"], condition=Q(state="draft"), name="one_draft_at_a_time"
            ),
            models.CheckConstraint(condition=Q(attempts_allowed__gte=1), name="at_least_one_attempt"),
        ]


class Section(models.Model):
    """A part of the paper with a weight, perhaps a minimum, perhaps any n of its items."""

    ref = RefField()
    version = models.ForeignKey(AssessmentVersion, models.PROTECT, related_name="+")
    position = models.IntegerField()
    name = models.CharField(max_length=120)
    weight_thousandths = models.BigIntegerField(default=1000)
    minimum_thousandths = models.BigIntegerField(null=True)
    pick = models.CharField(max_length=5, default="all")
    pick_n = models.IntegerField(default=0)
    floor_thousandths = models.BigIntegerField(null=True, default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "position"], name="section_position_once"),
            models.CheckConstraint(condition=Q(weight_thousandths__gte=0), name="weight_is_not_negative"),
        ]


class Item(models.Model):
    """A question with its rule over its parts.

    ``steps`` is a list of [number of right parts, thousandths of a mark] for the rule that counts right parts.
    """

    ref = RefField()
    version = models.ForeignKey(AssessmentVersion, models.PROTECT, related_name="+")
    section = models.ForeignKey(Section, models.PROTECT, related_name="+")
    position = models.IntegerField()
    label = models.CharField(max_length=40)
    title = models.CharField(max_length=200, blank=True)
    body = models.TextField(blank=True)
    maximum_thousandths = models.BigIntegerField()
    rule = models.CharField(max_length=20, default="sum")
    steps = models.JSONField(default=list)
    floor_thousandths = models.BigIntegerField(null=True, default=0)
    treatment = models.CharField(max_length=10, default="counts")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "position"], name="item_position_once"),
            models.UniqueConstraint("version", Lower("label"), name="item_label_once"),
            models.CheckConstraint(condition=Q(maximum_thousandths__gte=0), name="maximum_is_not_negative"),
        ]


class Part(models.Model):
    """One thing to answer inside an item; machine-scored or marked by a person."""

    ref = RefField()
    item = models.ForeignKey(Item, models.PROTECT, related_name="parts")
    version = models.ForeignKey(AssessmentVersion, models.PROTECT, related_name="+")
    position = models.IntegerField()
    label = models.CharField(max_length=40)
    prompt = models.TextField(blank=True)
    machine = models.BooleanField()
    match = models.CharField(max_length=12, blank=True)
    options = models.JSONField(default=list)
    maximum_thousandths = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "position"], name="part_position_once"),
            models.UniqueConstraint("version", Lower("label"), name="part_label_once"),
            models.CheckConstraint(
                condition=Q(maximum_thousandths__gte=0), name="part_maximum_is_not_negative"
            ),
        ]


class KeyVersion(models.Model):
    """One edition of all keys of an assessment version; a schedule pins one, and a sealed one is frozen."""

    version = models.ForeignKey(AssessmentVersion, models.PROTECT, related_name="+")
    number = models.IntegerField()
    created_at = models.DateTimeField()
    sealed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "number"], name="key_version_once")]


class Key(models.Model):
    """What is right in a part: kept away from the content that candidates may see."""

    key_version = models.ForeignKey(KeyVersion, models.PROTECT, related_name="+")
    part = models.ForeignKey(Part, models.PROTECT, related_name="+")
    match = models.CharField(max_length=12)
    correct = models.JSONField(default=list)
    points_thousandths = models.BigIntegerField()
    wrong_thousandths = models.BigIntegerField(default=0)
    tolerance = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key_version", "part"], name="key_once_per_part"),
            models.CheckConstraint(condition=Q(wrong_thousandths__lte=0), name="wrong_points_take_away"),
        ]


class Scheme(models.Model):
    """How a part is to be marked; each edit is a new version, and marks name the one they were given under.

    ``criteria`` and ``method_marks`` are JSON as ``rules.schemes`` writes it; points in thousandths of a mark.
    """

    part = models.ForeignKey(Part, models.PROTECT, related_name="+")
    number = models.IntegerField()
    guidance = models.TextField(blank=True)
    model_answer = models.TextField(blank=True)
    step_thousandths = models.BigIntegerField(default=1)
    criteria = models.JSONField(default=list)
    method_marks = models.JSONField(default=list)
    written_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["part", "number"], name="scheme_number_once"),
            models.CheckConstraint(condition=Q(step_thousandths__gte=1), name="marks_go_in_steps"),
        ]


class ScheduleState(models.TextChoices):
    """What was decided about a schedule; running and ended follow from its windows and the clock."""

    DRAFT = "draft"
    ACTIVE = "active"
    ARCHIVED = "archived"


class Schedule(models.Model):
    """One planned sitting of one assessment version; the last node of the organisation tree.

    Options, scale and switches are copied from the version at activation, so that a later change is deliberate.
    ``ends_at`` is when every window is closed; ``all_published`` is kept only where something is anonymous.
    """

    ref = RefField()
    node = models.OneToOneField(Unit, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    institution = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    version = models.ForeignKey(AssessmentVersion, models.PROTECT, related_name="+")
    key_version = models.ForeignKey(KeyVersion, models.PROTECT, null=True, related_name="+")
    title = models.CharField(max_length=200)
    code = models.CharField(max_length=60)
    venue = models.CharField(max_length=200, blank=True)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    timezone = models.CharField(max_length=60)
    state = models.CharField(max_length=8, choices=ScheduleState, default=ScheduleState.DRAFT)
    revision = models.IntegerField(default=0)
    workflow = models.CharField(max_length=20)
    hand_check = models.BooleanField(default=False)
    wholly_machine = models.BooleanField(default=False)
    show_results = models.CharField(max_length=24)
    attempts_allowed = models.IntegerField(default=1)
    attempt_counts = models.CharField(max_length=5, default="last")
    scale = models.JSONField(default=dict)
    switches = models.JSONField(default=dict)
    questions_lifted = models.BooleanField(default=False)
    anonymous_candidates = models.BooleanField(default=False)
    anonymous_markers = models.BooleanField(default=False)
    names_lifted_at = models.DateTimeField(null=True)
    all_published = models.BooleanField(default=False)
    contact = models.CharField(max_length=200, blank=True)
    created_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    activated_at = models.DateTimeField(null=True)
    first_released_at = models.DateTimeField(null=True)
    last_activity_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint("institution", Lower("code"), name="schedule_code_once_per_institution"),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")), name="window_closes_after_it_opens"
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "-opens_at"], name="schedules_of_unit"),
            models.Index(fields=["version"], name="schedules_of_version"),
            models.Index(fields=["ends_at"], name="schedules_by_end"),
        ]

    def __str__(self) -> str:
        return self.title


class Standing(models.TextChoices):
    """A fact of the enrolment, beside the life of a result."""

    EXPECTED = "expected"
    ABSENT = "absent"
    EXCUSED = "excused"
    DEFERRED = "deferred"


class Enrolment(models.Model):
    """A person at one schedule, with a window of their own where they were given one."""

    ref = RefField()
    schedule = models.ForeignKey(Schedule, models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    number = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    sort_name = models.CharField(max_length=200)
    home = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    opens_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField(null=True)
    standing = models.CharField(max_length=8, choices=Standing, default=Standing.EXPECTED)
    script_code = models.CharField(max_length=8)
    late = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["schedule", "person"], name="enrolled_once"),
            models.UniqueConstraint(fields=["schedule", "number"], name="candidate_number_once_per_schedule"),
            models.UniqueConstraint(fields=["schedule", "script_code"], name="script_code_once_per_schedule"),
        ]
        indexes = [models.Index(fields=["person", "schedule"], name="enrolments_of_person")]


class AttemptState(models.TextChoices):
    """Where a sitting stands; what was taken back was recorded in error and is an attempt of nobody any more."""

    IN_PROGRESS = "in_progress"
    HANDED_IN = "handed_in"
    VOID = "void"
    TAKEN_BACK = "taken_back"


class Attempt(models.Model):
    """One sitting of one candidate; they count from 1, what was taken back below 0: its number is free again."""

    ref = RefField()
    script_ref = RefField()
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="+", db_index=False)
    schedule = models.ForeignKey(Schedule, models.PROTECT, related_name="+", db_index=False)
    number = models.IntegerField()
    state = models.CharField(max_length=12, choices=AttemptState)
    source = models.CharField(max_length=20, default="import")
    started_at = models.DateTimeField(null=True)
    handed_in_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "number"], name="attempt_number_once"),
            models.CheckConstraint(
                condition=~Q(state="handed_in") | Q(handed_in_at__isnull=False), name="handed_in_has_a_moment"
            ),
        ]
        indexes = [models.Index(fields=["schedule", "state"], name="attempts_of_schedule")]


class Answer(models.Model):
    """One distinct answer to one part; however many gave it, it is scored once per key version."""

    part = models.ForeignKey(Part, models.PROTECT, related_name="+", db_index=False)
    hash = models.CharField(max_length=64)
    value = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["part", "hash"], name="answer_once_per_part")]


class AnswerScore(models.Model):
    """What the machine gives one distinct answer under one key version; exact, in marks."""

    answer = models.ForeignKey(Answer, models.PROTECT, related_name="+", db_index=False)
    key_version = models.ForeignKey(KeyVersion, models.PROTECT, related_name="+")
    numerator = models.BigIntegerField()
    denominator = models.BigIntegerField()
    right = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["answer", "key_version"], name="scored_once_per_key"),
            models.CheckConstraint(condition=Q(denominator__gt=0), name="denominator_is_positive"),
        ]


class Response(models.Model):
    """What an attempt answered to a part; no answer means an explicit "no response"."""

    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="+", db_index=False)
    part = models.ForeignKey(Part, models.PROTECT, related_name="+", db_index=False)
    answer = models.ForeignKey(Answer, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["attempt", "part"], name="one_response_per_part")]
