"""Which address leads where."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from marksheet.entrypoints.shared.health import healthz

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("accounts/", include("allauth.urls")),
]
if find_spec("marksheet.entrypoints.web.urls"):
    urlpatterns.append(path("", include("marksheet.entrypoints.web.urls")))
