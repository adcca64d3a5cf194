"""The addresses of Organisation > Audit log."""

from django.urls import path

from marksheet.entrypoints.web.log import views

app_name = "log"
urlpatterns = [
    path("", views.log, name="list"),
    path("file/", views.file, name="file"),
]
