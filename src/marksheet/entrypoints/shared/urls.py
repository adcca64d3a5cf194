"""The addresses that every way in shares."""

from django.urls import path

from marksheet.entrypoints.shared.theme import set_theme

urlpatterns = [path("theme/", set_theme, name="theme")]
