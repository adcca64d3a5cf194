"""Coordinators of houses that are in use already may adjust scores, as those of new houses may."""

from typing import Any

from django.db import migrations

COORDINATOR, VERB = "coordinator", "result.adjust"


def add(apps: Any, editor: Any) -> None:
    """Give the shipped role its new verb; a new house has no roles yet and gets all of them later."""
    role = apps.get_model("people", "Role").objects.filter(key=COORDINATOR).first()
    if role is not None:
        apps.get_model("people", "RoleVerb").objects.get_or_create(role=role, verb=VERB)


def take(apps: Any, editor: Any) -> None:
    """Take the verb out of every role."""
    apps.get_model("people", "RoleVerb").objects.filter(verb=VERB).delete()


class Migration(migrations.Migration):
    """Data only."""

    dependencies = [("people", "0001_initial")]

    operations = [migrations.RunPython(add, take)]
