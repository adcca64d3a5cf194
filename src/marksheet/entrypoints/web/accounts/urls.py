"""The addresses of the own profile."""

from django.urls import path

from marksheet.entrypoints.web.accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.profile, name="profile"),
]
