"""The addresses of the house with the style guide, which a real installation does not serve."""

from marksheet.config.urls import (
    handler400,
    handler403,
    handler404,
    handler500,
)
from marksheet.config.urls import (
    urlpatterns as house,
)
from marksheet.entrypoints.web.styleguide import PAGES

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
urlpatterns = [*PAGES, *house]
