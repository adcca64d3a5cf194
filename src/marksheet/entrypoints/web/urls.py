"""Which tab answers which address; each tab is a folder with its own urls."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from marksheet.entrypoints.web.tabs import TABS

urlpatterns: list[URLPattern | URLResolver] = [
    path(address.strip(), include(f"marksheet.entrypoints.web.{folder}.urls"))
    for address, folder in TABS.items()
    if find_spec(f"marksheet.entrypoints.web.{folder}")
    and find_spec(f"marksheet.entrypoints.web.{folder}.urls")
]
