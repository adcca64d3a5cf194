"""The address at which candidates of a schedule are invited."""

from django.urls import path

from marksheet.entrypoints.web.inviting import views

app_name = "inviting"
urlpatterns = [path("<str:ref>/invitations/", views.ways, name="ways")]
