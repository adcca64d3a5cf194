"""The addresses of the inbox."""

from django.urls import path

from marksheet.entrypoints.web.inbox import views

app_name = "inbox"
urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("read/", views.read_all, name="read-all"),
    path("<str:ref>/read/", views.read, name="read"),
]
