"""Name this app for Django."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The pages."""

    name = "marksheet.entrypoints.web"
    label = "web"

    def ready(self) -> None:
        """Have every tab put its lines into the menu."""
        from marksheet.entrypoints.web.tabs import TABS

        for folder in TABS.values():
            module = f"{self.name}.{folder}"
            if find_spec(module) and find_spec(f"{module}.menu"):
                import_module(f"{module}.menu")
