"""Where these pages stand in the menu: under Results, though their addresses do not."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from marksheet.entrypoints.shared.access import signed_in

View = Callable[..., HttpResponseBase]


def under_results(view: View) -> View:
    """Let signed-in people through, and show the page under the Results tab."""

    @signed_in
    @wraps(view)
    def placed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.menu_path = reverse("results:list")  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return placed
