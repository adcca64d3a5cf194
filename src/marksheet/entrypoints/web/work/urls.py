"""The addresses of Organisation > Work."""

from django.urls import path

from marksheet.entrypoints.web.work import views

app_name = "work"
urlpatterns = [
    path("", views.work, name="list"),
    path("<str:ref>/<slug:act>/", views.act, name="act"),
]
