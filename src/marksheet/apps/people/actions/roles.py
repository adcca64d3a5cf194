"""Make roles of an institution's own, from the one list of verbs."""

from collections.abc import Collection
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marksheet.apps.ledger.change import change
from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound, WrongState
from marksheet.apps.people.models import Grant, Person, Role, RoleVerb, Unit
from marksheet.apps.people.queries import demand, helpers, institution_of, unit_for, verbs_at
from marksheet.apps.people.queries.directory import SEES_UNITS
from marksheet.apps.people.steps.sight import watching_sight
from marksheet.rules.access import DIRECT_ONLY, GOVERNING, Verb


def make_role(
    actor: Person, institution_ref: str, *, name: str, description: str, verbs: Collection[str], at: datetime
) -> Role:
    """Make a role from verbs.

    Raises:
        BadInput: no name, a name in use, no verbs, an unknown verb, or one that single schedules confer.
    """
    with change(actor, Verb.ROLE_MANAGE, at=at) as opened:
        root = _institution(actor, institution_ref)
        wanted = _checked(actor, root, verbs)
        role = Role.objects.create(
            institution=root, name=_free_name(name, root), description=" ".join(description.split())[:300]
        )
        RoleVerb.objects.bulk_create(RoleVerb(role=role, verb=verb) for verb in sorted(wanted))
        opened.record("role", role.pk, move="make", name=role.name, verbs=sorted(wanted))
    return role


def edit_role(
    actor: Person, role_ref: str, *, name: str, description: str, verbs: Collection[str], at: datetime
) -> None:
    """Change a role of the institution's own; everybody who holds it gains and loses verbs with it."""
    with change(actor, Verb.ROLE_MANAGE, at=at) as opened:
        role, root = _own_role(actor, role_ref)
        wanted = _checked(actor, root, verbs)
        held = set(RoleVerb.objects.filter(role=role).values_list("verb", flat=True))
        holders = set(Grant.objects.filter(role=role, ended_at=None).values_list("person", flat=True))
        if actor.pk in holders and wanted - held:
            raise NotAllowed(
                _("You hold this role yourself, and nobody adds to their own rights."),
                helpers=[n for n in helpers(Verb.ROLE_MANAGE, root.pk) if n != actor.name],
            )
        before = {"name": role.name, "verbs": sorted(held)}
        role.name = _free_name(name, root, but=role)
        role.description = " ".join(description.split())[:300]
        with watching_sight(opened, holders):
            role.save(update_fields=["name", "description"])
            RoleVerb.objects.filter(role=role, verb__in=held - wanted).delete()
            RoleVerb.objects.bulk_create(RoleVerb(role=role, verb=verb) for verb in sorted(wanted - held))
        opened.record(
            "role", role.pk, move="edit", before=before, after={"name": role.name, "verbs": sorted(wanted)}
        )


def archive_role(actor: Person, role_ref: str, *, at: datetime) -> None:
    """Put a role that nobody holds out of the way."""
    with change(actor, Verb.ROLE_MANAGE, at=at) as opened:
        role = _own_role(actor, role_ref)[0]
        if count := Grant.objects.filter(role=role, ended_at=None).values("person").distinct().count():
            raise WrongState(
                ngettext(
                    "%(count)s person still holds %(role)s. End that grant first.",
                    "%(count)s people still hold %(role)s. End those grants first.",
                    count,
                )
                % {"count": count, "role": role.name}
            )
        Role.objects.filter(pk=role.pk).update(archived_at=at)
        opened.record("role", role.pk, move="archive", name=role.name)


def _institution(actor: Person, ref: str) -> Unit:
    root = institution_of(unit_for(actor, ref, *SEES_UNITS))
    demand(actor, Verb.ROLE_MANAGE, root.pk, _("You may not make roles here."))
    return root


def _own_role(actor: Person, ref: str) -> tuple[Role, Unit]:
    role = Role.objects.select_for_update(no_key=True).filter(ref=ref, archived_at=None).first()
    if role is None:
        raise NotFound(_("There is no such role."))
    if role.institution_id is None:
        raise WrongState(
            _("%(role)s comes with Marksheet and cannot be changed. Make a role of your own.")
            % {"role": role.name}
        )
    root = Unit.objects.get(pk=role.institution_id)
    return role, _institution(actor, root.ref)


def _checked(actor: Person, root: Unit, verbs: Collection[str]) -> set[str]:
    wanted = {str(verb) for verb in verbs}
    if unknown := wanted - set(Verb):
        raise BadInput(_("There is no verb %(listed)s.") % {"listed": ", ".join(sorted(unknown))})
    if not wanted:
        raise BadInput(_("A role needs at least one verb."))
    if wanted & DIRECT_ONLY:
        raise BadInput(
            _(
                "A role cannot confer the right to publish: it is given at single schedules only,"
                " by the coordinator, under Marking > Coordinator > People."
            )
        )
    if (wanted & GOVERNING) - verbs_at(actor, root.pk):
        raise NotAllowed(
            _("A role cannot confer a right over the organisation that you do not hold."),
            helpers=[n for n in helpers(Verb.ROLE_MANAGE, root.pk) if n != actor.name],
        )
    return wanted


def _free_name(name: str, root: Unit, *, but: Role | None = None) -> str:
    clean = " ".join(name.split())[:80]
    if not clean:
        raise BadInput(_("A role needs a name."))
    taken = Role.objects.filter(name__iexact=clean, archived_at=None).filter(institution=root)
    shipped = Role.objects.filter(name__iexact=clean, institution=None)
    if (taken if but is None else taken.exclude(pk=but.pk)).exists() or shipped.exists():
        raise BadInput(_("There is a role “%(clean)s” already.") % {"clean": clean})
    return clean
