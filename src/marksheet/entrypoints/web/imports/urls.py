"""The addresses of files that come in; those of a schedule lie below Schedules, those of an exam below Exams."""

from django.urls import URLPattern, path

from marksheet.entrypoints.web.imports import reconciliation, start, views

app_name = "imports"


def _pages(area: str, tag: str) -> list[URLPattern]:
    return [
        path(f"{area}/files/<str:ref>/", views.file, name=f"{tag}file"),
        path(f"{area}/files/<str:ref>/columns/", views.columns, name=f"{tag}columns"),
        path(f"{area}/files/<str:ref>/preview/", views.look, name=f"{tag}preview"),
        path(f"{area}/files/<str:ref>/progress/", views.progress, name=f"{tag}progress"),
        path(f"{area}/files/<str:ref>/errors.csv", views.errors, name=f"{tag}errors"),
        path(f"{area}/files/<str:ref>/discard/", views.throw_away, name=f"{tag}discard"),
    ]


urlpatterns = [
    path("schedules/<str:ref>/import/", start.at_schedule, name="start"),
    path("exams/<str:ref>/import/", start.at_exam, name="items"),
    path("schedules/<str:ref>/reconciliation/", reconciliation.page, name="reconciliation"),
    *_pages("schedules", ""),
    *_pages("exams", "exam-"),
]
