"""Which tab answers which address; each tab is a folder with its own urls."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

# Address -> folder. A folder that is not there yet is left out.
TABS = {
    "": "front",
    "inbox/": "inbox",
    "profile/": "accounts",
    "invitation/": "invitation",
    "organisation/": "organisation",
    "exams/": "exams",
    "schedules/": "schedules",
    "schedules/ ": "imports",
    "marking/coordinator/": "coordinator",
    "marking/assess/": "assess",
    "marking/results/": "results",
    "marking/audit/": "audit",
    "publications/": "publications",
    "reports/": "reports",
    "exports/": "exports",
    "organisation/mail/": "mail",
    "organisation/work/": "work",
    "my/": "my",
}

urlpatterns: list[URLPattern | URLResolver] = [
    path(address.strip(), include(f"marksheet.entrypoints.web.{folder}.urls"))
    for address, folder in TABS.items()
    if find_spec(f"marksheet.entrypoints.web.{folder}")
    and find_spec(f"marksheet.entrypoints.web.{folder}.urls")
]
