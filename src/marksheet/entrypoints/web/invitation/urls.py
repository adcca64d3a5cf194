"""The addresses at which somebody who was invited comes in for the first time."""

from django.urls import path

from marksheet.entrypoints.web.invitation import views

app_name = "invitation"
urlpatterns = [
    path("", views.code, name="code"),
    path("<str:token>/", views.accept, name="accept"),
]
