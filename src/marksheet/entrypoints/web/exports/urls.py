"""The addresses of exports."""

from django.urls import path

from marksheet.entrypoints.web.exports import dialog, files

app_name = "exports"
urlpatterns = [
    path("", files.exports, name="list"),
    path("new/", dialog.new, name="new"),
    path("make/", dialog.make, name="make"),
    path("<str:ref>/", files.export, name="show"),
    path("<str:ref>/progress/", files.progress, name="progress"),
    path("<str:ref>/file/", files.file, name="file"),
    path("<str:ref>/manifest.json", files.manifest, name="manifest"),
]
