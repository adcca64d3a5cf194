"""The addresses of the candidate's pages."""

from django.urls import path

from marksheet.entrypoints.web.my import views

app_name = "my"
urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("<str:ref>/", views.result, name="result"),
]
