"""Show every component in every state, with invented data; served in demo and debug mode only."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
