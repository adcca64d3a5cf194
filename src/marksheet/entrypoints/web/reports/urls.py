"""The addresses of Reports."""

from django.urls import path

from marksheet.entrypoints.web.reports import assessments, candidates, detail, schedules

app_name = "reports"
urlpatterns = [
    path("", candidates.first, name="first"),
    path("candidates/", candidates.candidates, name="candidates"),
    path("candidates/<str:ref>/", detail.result, name="result"),
    path("schedules/", schedules.schedules, name="schedules"),
    path("schedules/<str:ref>/", schedules.schedule, name="schedule"),
    path("assessments/", assessments.assessments, name="assessments"),
    path("assessments/<str:ref>/", assessments.assessment, name="assessment"),
]
