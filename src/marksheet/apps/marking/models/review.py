"""What looks over marks: moderation, samples, and seeds."""

from django.db import models
from django.db.models import Q

from marksheet.apps.exams.models import Attempt, Schedule
from marksheet.apps.ledger.models import RefField
from marksheet.apps.marking.models.rounds import Round
from marksheet.apps.people.models import Person


class Decision(models.TextChoices):
    """What a moderator decided on a script: a case stands or is changed, a script of a sample is right or doubted."""

    ACCEPTED = "accepted"
    CHANGED = "changed"
    DOUBTED = "doubted"
    SENT_BACK = "sent-back"


class Moderation(models.Model):
    """One attempt's place in one round of moderation: why it is there, and what a moderator decided.

    ``reasons`` are what sent it: kind and amount, and for a sample whose; ``case`` and ``sample`` say whether one of
    them is a case, or a sample. It stays when a script is opened again: it then waits, not ``ripe``, until it is
    submitted (``returned``), and is looked at anew. Marks that a moderator gave are marks of this round.
    """

    ref = RefField()
    schedule = models.ForeignKey(Schedule, models.PROTECT, related_name="+", db_index=False)
    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="+", db_index=False)
    round = models.CharField(max_length=12, choices=Round)
    reasons = models.JSONField(default=list)
    case = models.BooleanField()
    sample = models.BooleanField()
    ripe = models.BooleanField(default=True)
    returned = models.BooleanField(default=False)
    decision = models.CharField(max_length=9, choices=Decision, blank=True, default="")
    moderator = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    revision = models.IntegerField(default=0)
    event_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["attempt", "round"], name="moderated_once_per_round")]
        indexes = [
            models.Index(fields=["schedule", "decision", "round", "id"], name="moderation_of_schedule")
        ]


class SampleDecision(models.Model):
    """What the sample of one marker's work came to in one round: all of it confirmed, or marked again.

    The newest of a round and marker holds; it is about what was submitted by then.
    """

    schedule = models.ForeignKey(Schedule, models.PROTECT, related_name="+")
    round = models.CharField(max_length=12, choices=Round)
    marker = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    confirmed = models.BooleanField()
    moderator = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    event_id = models.BigIntegerField()
    at = models.DateTimeField()


class Kind(models.TextChoices):
    """What a script with definitive marks is for: hidden among others, to practise, or to qualify by."""

    SEED = "seed"
    PRACTICE = "practice"
    QUALIFICATION = "qualification"


class Seed(models.Model):
    """A script whose marks are settled, given to markers as any other; its definitive marks are its candidate's.

    They are marks of the round "definitive". Once retired it is given to nobody any more; its marks stay.
    ``tolerance`` is per item or per script, as ``measured`` says; beyond ``hard`` one such seed stops a marker.
    """

    ref = RefField()
    schedule = models.ForeignKey(Schedule, models.PROTECT, related_name="+")
    attempt = models.OneToOneField(Attempt, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=13, choices=Kind, default=Kind.SEED)
    tolerance_thousandths = models.BigIntegerField()
    hard_thousandths = models.BigIntegerField(null=True)
    measured = models.CharField(max_length=10, default="script")
    reason = models.CharField(max_length=1000)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    retired_at = models.DateTimeField(null=True)
    revision = models.IntegerField(default=1)
    event_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(tolerance_thousandths__gte=0), name="seed_tolerance_is_not_negative"
            )
        ]


class SeedStop(models.Model):
    """A marker who is stopped at a schedule by what was given seeds, until a coordinator decides; then why, and how."""

    ref = RefField()
    schedule = models.ForeignKey(Schedule, models.PROTECT, related_name="+")
    marker = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    raised_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    decision = models.CharField(max_length=10, blank=True, default="")
    reason = models.CharField(max_length=1000, blank=True, default="")
    event_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["schedule", "marker"], condition=Q(settled_at=None), name="stopped_once"
            )
        ]


class Unqualified(models.Model):
    """A marker who did not qualify at a schedule, until a lead marker decides; then why, and how."""

    ref = RefField()
    schedule = models.ForeignKey(Schedule, models.PROTECT, related_name="+")
    marker = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    raised_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    decision = models.CharField(max_length=10, blank=True, default="")
    reason = models.CharField(max_length=1000, blank=True, default="")
    event_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["schedule", "marker"], condition=Q(settled_at=None), name="unqualified_once"
            )
        ]
