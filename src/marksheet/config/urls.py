"""Which address leads where."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path, re_path

from marksheet.entrypoints.shared.errors import nowhere
from marksheet.entrypoints.shared.health import healthz

handler400 = "marksheet.entrypoints.shared.errors.bad_request"
handler403 = "marksheet.entrypoints.shared.errors.forbidden"
handler404 = "marksheet.entrypoints.shared.errors.not_found"
handler500 = "marksheet.entrypoints.shared.errors.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    # Addresses and accounts are looked after by administrators: these pages of allauth do not exist here.
    re_path(r"^accounts/(?:signup|email|confirm-email)/", nowhere),
    path("accounts/", include("allauth.urls")),
    path("", include("marksheet.entrypoints.shared.urls")),
    path("", include("marksheet.entrypoints.web.styleguide")),
]
if find_spec("marksheet.entrypoints.web.urls"):
    urlpatterns.append(path("", include("marksheet.entrypoints.web.urls")))
