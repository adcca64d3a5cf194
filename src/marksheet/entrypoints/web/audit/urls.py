"""The addresses of the Audit tab."""

from django.urls import path

from marksheet.entrypoints.web.audit import history, views

app_name = "audit"
urlpatterns = [
    path("", views.audit, name="list"),
    path("results/<str:ref>/", history.result, name="history"),
    path("schedules/<str:ref>/", views.schedule, name="schedule"),
    path("schedules/<str:ref>/history/", history.schedule, name="schedule-history"),
]
