"""The demo's tree, its staff and its candidates."""

from dataclasses import dataclass
from datetime import datetime

from marksheet.apps.ledger.change import System
from marksheet.apps.people.actions.grants import give_role, set_reports_view
from marksheet.apps.people.actions.organisation import add_unit, create_institution
from marksheet.apps.people.actions.persons import add_person
from marksheet.apps.people.queries import Person, Unit, shipped_role
from marksheet.apps.results.actions.enrolment import Candidate
from marksheet.entrypoints.jobs.demo.names import candidate_names

MAKER = System("demo")
CANDIDATES = 300
CAS = Candidate(number="s2100001", name="Cas de Vries", email="cas@example.org")


@dataclass(slots=True)
class Cast:
    """Who lives in the demo."""

    institution: Unit
    law: Unit
    economics: Unit
    science: Unit
    ari: Person
    ada: Person
    mo: Person
    mei: Person
    max: Person
    pia: Person
    sid: Person
    candidates: list[Candidate]


def make_people(at: datetime) -> Cast:
    """Make the institution, its faculties and departments, the cast and the list of candidates."""
    founded = create_institution(
        MAKER,
        name="University of Oudeveer",
        administrator="Ari Blom",
        email="ari@example.org",
        username="ari",
        at=at,
    )
    ari, root = founded.administrator, founded.institution
    social = add_unit(ari, root.ref, name="Faculty of Social Sciences", label="Faculty", code="SOC", at=at)
    law = add_unit(ari, root.ref, name="Faculty of Law", label="Faculty", code="LAW", at=at)
    sciences = add_unit(ari, root.ref, name="Faculty of Science", label="Faculty", code="SCI", at=at)
    economics = add_unit(
        ari, social.ref, name="Department of Economics", label="Department", code="ECO", at=at
    )
    physics = add_unit(ari, sciences.ref, name="Department of Physics", label="Department", code="PHY", at=at)
    staff = {
        key: add_person(ari, root.ref, name=name, email=f"{key}@example.org", username=key, at=at)
        for key, name in (
            ("ada", "Ada Brandt"), ("mo", "Mo Reza"), ("mei", "Mei Lindqvist"), ("max", "Max Fischer"),
            ("pia", "Pia Adeyemi"), ("sid", "Sid Calder"),
        )
    }  # fmt: skip
    for role in ("author", "scheduler", "coordinator", "reports_viewer"):
        give_role(ari, staff["ada"].ref, role_ref=shipped_role(role).ref, unit_ref=root.ref, at=at)
    set_reports_view(ari, staff["pia"].ref, unit_ref=root.ref, given=True, at=at)
    names = candidate_names(CANDIDATES - 1)
    candidates = [CAS] + [
        Candidate(
            number=f"s{2100000 + 7919 * k % 99991}",
            name=name,
            email=f"s{2100000 + 7919 * k % 99991}@example.org",
        )
        for k, name in enumerate(names, start=1)
    ]
    return Cast(root, law, economics, physics, ari, *staff_in_order(staff), candidates)


def staff_in_order(staff: dict[str, Person]) -> tuple[Person, Person, Person, Person, Person, Person]:
    """Return Ada, Mo, Mei, Max, Pia, Sid."""
    return staff["ada"], staff["mo"], staff["mei"], staff["max"], staff["pia"], staff["sid"]
