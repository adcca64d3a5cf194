"""Files: those that candidates handed in, and those that were uploaded to be carried in."""

from django.db import models
from django.db.models import Q

from marksheet.apps.ledger.models import RefField
from marksheet.apps.people.models import Person, Unit


class ResponseFile(models.Model):
    """A file that an attempt answered a part with: what it is, and where its content stands.

    The current ones are the response, in their order; one that was replaced stays, with its content.
    """

    attempt = models.ForeignKey("exams.Attempt", models.PROTECT, related_name="+", db_index=False)
    part = models.ForeignKey("exams.Part", models.PROTECT, related_name="+", db_index=False)
    position = models.IntegerField()
    kind = models.CharField(max_length=8)
    ending = models.CharField(max_length=8)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=300)
    current = models.BooleanField(default=True)
    stored_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["attempt", "part", "position"],
                condition=Q(current=True),
                name="response_file_position_once",
            ),
            models.CheckConstraint(condition=Q(size__gt=0), name="response_file_is_not_empty"),
        ]
        indexes = [models.Index(fields=["attempt", "part"], name="files_of_response")]


class ImportState(models.TextChoices):
    """Where an uploaded file stands."""

    UPLOADED = "uploaded"
    CHECKED = "checked"
    REFUSED = "refused"
    APPLYING = "applying"
    APPLIED = "applied"
    DISCARDED = "discarded"


class Import(models.Model):
    """One uploaded file: how it was read, what it said, what became of it."""

    ref = RefField()
    kind = models.CharField(max_length=12)
    schedule = models.ForeignKey("exams.Schedule", models.PROTECT, null=True, related_name="+")
    version = models.ForeignKey("exams.AssessmentVersion", models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=255)
    file_sha256 = models.CharField(max_length=64)
    file_path = models.CharField(max_length=300)
    mapping = models.JSONField(default=dict)
    report = models.JSONField(default=dict)
    content_hash = models.CharField(max_length=64, blank=True)
    reason = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=ImportState, default=ImportState.UPLOADED)
    created_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["schedule", "kind", "state"], name="imports_of_schedule")]
