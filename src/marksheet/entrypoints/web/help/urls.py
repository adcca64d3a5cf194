"""The address of a how-to; without a namespace, since ``help_link`` asks for it by one word."""

from django.urls import path

from marksheet.entrypoints.web.help import views

urlpatterns = [path("<slug:page>/", views.how_to, name="help")]
