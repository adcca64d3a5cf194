"""The tables of the audit log and of the work that follows a commit."""

import secrets

from django.db import models
from django.db.models import Q


def new_ref() -> str:
    """Return a random 128-bit name for use outside the server, 32 hexadecimal digits."""
    return secrets.token_hex(16)


class RefField(models.CharField):  # type: ignore[type-arg]
    """A random 128-bit name: what URLs, files and the API say instead of a key."""

    def __init__(self, **options: object) -> None:
        options.update(max_length=32, unique=True, editable=False, default=new_ref)
        super().__init__(**options)  # type: ignore[arg-type]

    def db_type(self, connection: object) -> str:
        """Spell the type out: for a "varchar" Django would add an index for LIKE, which nobody asks of a name."""
        return "character varying(32)"

    def deconstruct(self) -> tuple[str, str, list[object], dict[str, object]]:
        """Leave the fixed options out of migrations."""
        name, path, args, options = super().deconstruct()
        for fixed in ("max_length", "unique", "editable", "default"):
            options.pop(fixed, None)
        return name, path, list(args), options


class Event(models.Model):
    """One committed change, bound to the one before it; never updated, never deleted."""

    id = models.BigIntegerField(primary_key=True)
    seq = models.BigIntegerField(unique=True)
    at = models.DateTimeField()
    verb = models.CharField(max_length=60)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=60, blank=True)
    subject_kind = models.CharField(max_length=30, blank=True)
    subject_id = models.BigIntegerField(null=True)
    schedule_id = models.BigIntegerField(null=True)
    body = models.TextField()
    line_count = models.IntegerField(default=0)
    line_digest = models.CharField(max_length=64, blank=True)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "seq"], name="event_of_subject"),
            models.Index(fields=["schedule_id", "seq"], name="event_of_schedule"),
            models.Index(fields=["actor_id", "seq"], name="event_of_actor"),
        ]


class Line(models.Model):
    """One row of a bulk event: what it did to one subject; append-only, digested in its event."""

    event = models.ForeignKey(Event, models.PROTECT, related_name="+")
    position = models.IntegerField()
    subject_kind = models.CharField(max_length=30)
    subject_id = models.BigIntegerField()
    body = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "position"], name="line_once_per_event")]
        indexes = [models.Index(fields=["subject_kind", "subject_id", "event"], name="line_of_subject")]


class Side(models.Model):
    """A private text that an event commits to by hash; it can be emptied by an erasure, the event stays."""

    event = models.ForeignKey(Event, models.PROTECT, related_name="+")
    name = models.CharField(max_length=40)
    salt = models.CharField(max_length=32)
    value = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "name"], name="side_once_per_event")]


class Head(models.Model):
    """Where the chain ends: one row, locked last by every change."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="head_is_one_row")]


class WorkState(models.TextChoices):
    """Where a piece of work stands."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    DONE = "done"
    PARKED = "parked"


class Work(models.Model):
    """Something to be done after the commit that asked for it; safe to do twice.

    ``person_id`` is whom it is about: the recipient of a message. ``outcome`` says what came of it, and for a
    message that is being handed over that its fate is open.
    """

    ref = RefField()
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=120, unique=True)
    payload = models.JSONField(default=dict)
    group = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=10, choices=WorkState, default=WorkState.WAITING)
    paused = models.BooleanField(default=False)
    run_after = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=60, blank=True)
    attempts = models.IntegerField(default=0)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    outcome = models.JSONField(null=True)
    last_error = models.TextField(blank=True)
    asked_by_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)
    event_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["run_after", "id"], name="work_to_do", condition=Q(state="waiting", paused=False)
            ),
            models.Index(fields=["lease_until"], name="work_claimed", condition=Q(state="claimed")),
            models.Index(fields=["kind", "state", "id"], name="work_by_kind"),
            models.Index(fields=["group", "state"], name="work_by_group"),
            models.Index(fields=["person_id", "kind"], name="work_about_person"),
        ]
