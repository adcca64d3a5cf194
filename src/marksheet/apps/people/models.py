"""The tables of the organisation tree, people, their roles and what they were given."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from marksheet.apps.ledger.models import RefField


class NodeKind(models.TextChoices):
    """What a node of the tree is; ``unit`` is any level in between, named by its label."""

    INSTITUTION = "institution"
    UNIT = "unit"
    SCHEDULE = "schedule"


class Unit(models.Model):
    """A node of the organisation tree; a root is an institution, a schedule is a leaf."""

    ref = RefField()
    kind = models.CharField(max_length=12, choices=NodeKind)
    label = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=200)
    code = models.CharField(max_length=60, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    institution = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    timezone = models.CharField(max_length=60, default="Europe/Amsterdam")
    settings = models.JSONField(default=dict)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="institution", parent=None)
                | (~Q(kind="institution") & Q(parent__isnull=False)),
                name="only_an_institution_is_a_root",
            ),
            models.UniqueConstraint(
                "institution",
                Lower("code"),
                condition=~Q(code="") & ~Q(kind="schedule"),
                name="unit_code_once_per_institution",
            ),
        ]
        indexes = [models.Index(fields=["parent", "name"], name="unit_children")]

    def __str__(self) -> str:
        return self.name


class UnitPath(models.Model):
    """The closure of the tree: every node with each of its ancestors and itself."""

    ancestor = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    descendant = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    depth = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["descendant", "ancestor"], name="path_once")]
        indexes = [models.Index(fields=["ancestor", "descendant", "depth"], name="path_down")]


class PersonManager(BaseUserManager["Person"]):
    """How sign-in finds a person."""

    def get_by_natural_key(self, username: str | None) -> "Person":
        """Return the person with this sign-in name."""
        return self.get(username=username)


class Person(AbstractBaseUser):
    """A human being, who may be staff in one place and a candidate in another."""

    ref = RefField()
    username = models.CharField(max_length=150, unique=True, null=True)
    name = models.CharField(max_length=200)
    sort_name = models.CharField(max_length=200)
    email = models.EmailField(max_length=254, blank=True)
    email_verified_at = models.DateTimeField(null=True)
    language = models.CharField(max_length=10, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff_member = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []
    objects = PersonManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                condition=~Q(email="") & Q(email_verified_at__isnull=False),
                name="verified_email_once",
            )
        ]
        indexes = [models.Index(fields=["sort_name", "id"], name="person_by_name")]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        """Return the name as the person writes it."""
        return self.name


class Membership(models.Model):
    """A person at an institution: candidate number and home unit."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    institution = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    number = models.CharField(max_length=40, blank=True)
    home = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "institution"], name="member_once"),
            models.UniqueConstraint(
                fields=["institution", "number"], condition=~Q(number=""), name="number_once_per_institution"
            ),
        ]


class Role(models.Model):
    """A named set of verbs; shipped ones have a key, an institution's own have none."""

    ref = RefField()
    institution = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    key = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=300, blank=True)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=~Q(key=""), name="shipped_role_once"),
            models.UniqueConstraint(
                "institution", Lower("name"), condition=Q(archived_at=None), name="role_name_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RoleVerb(models.Model):
    """One verb of one role."""

    role = models.ForeignKey(Role, models.CASCADE, related_name="verbs")
    verb = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["role", "verb"], name="verb_once_per_role")]
        indexes = [models.Index(fields=["verb", "role"], name="roles_with_verb")]


class Reach(models.TextChoices):
    """What a grant is over."""

    SCHEDULES = "schedules"
    CANDIDATES = "candidates"


class Grant(models.Model):
    """A role given to a person over schedules, or candidates, at and below a node; ended, never deleted."""

    ref = RefField()
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    role = models.ForeignKey(Role, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    reach = models.CharField(max_length=10, choices=Reach, default=Reach.SCHEDULES)
    given_at = models.DateTimeField()
    given_event_id = models.BigIntegerField()
    ended_at = models.DateTimeField(null=True)
    ended_event_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "role", "unit", "reach"], condition=Q(ended_at=None), name="grant_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("given_at")), name="grant_ends_after_it_begins"
            ),
        ]
        indexes = [
            models.Index(fields=["person", "unit"], name="grants_of_person", condition=Q(ended_at=None)),
            models.Index(fields=["unit", "role"], name="grants_at_unit", condition=Q(ended_at=None)),
        ]


class Conflict(models.Model):
    """A conflict of interest: ``person`` never has the work of ``candidate`` in hand, or of those whose home is at or
    below ``unit``; one of the two. It holds everywhere, and is ended, never deleted.
    """

    ref = RefField()
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    candidate = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=500)
    declared_by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    declared_at = models.DateTimeField()
    declared_event_id = models.BigIntegerField()
    ended_at = models.DateTimeField(null=True)
    ended_event_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(candidate=None, unit__isnull=False) | Q(candidate__isnull=False, unit=None),
                name="conflict_with_a_candidate_or_a_unit",
            ),
            models.UniqueConstraint(
                fields=["person", "candidate"],
                condition=Q(ended_at=None),
                name="conflict_with_candidate_once",
            ),
            models.UniqueConstraint(
                fields=["person", "unit"], condition=Q(ended_at=None), name="conflict_with_unit_once"
            ),
        ]


class InvitationKind(models.TextChoices):
    """How the person gets it."""

    LINK = "link"
    CODE = "code"


class Invitation(models.Model):
    """A single-use way to set a password: a link by e-mail or a printed code; only its hash is kept."""

    ref = RefField()
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    institution = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=4, choices=InvitationKind)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    work_ref = models.CharField(max_length=32, blank=True)

    class Meta:
        indexes = [models.Index(fields=["person", "-created_at"], name="invitations_of_person")]


class InboxNote(models.Model):
    """Something a person should know; says what and where, never a result."""

    ref = RefField()
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    path = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["person", "-created_at"], name="inbox_of_person"),
            models.Index(fields=["person"], name="inbox_unread", condition=Q(read_at=None)),
        ]


class Preference(models.Model):
    """What a person chose for a page: columns, order, a saved view."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    key = models.CharField(max_length=80)
    name = models.CharField(max_length=80, blank=True)
    value = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "key", "name"], name="preference_once")]


class MailPause(models.Model):
    """All messages to people of a unit are held back, those asked for meanwhile too; ended, never deleted."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    event_id = models.BigIntegerField()
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_event_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit"], condition=Q(ended_at=None), name="mail_of_a_unit_is_paused_once"
            )
        ]
