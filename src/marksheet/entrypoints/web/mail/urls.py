"""The addresses of Organisation > Mail."""

from django.urls import path

from marksheet.entrypoints.web.mail import views

app_name = "mail"
urlpatterns = [
    path("", views.messages, name="list"),
    path("pause/", views.pause, name="pause"),
    path("resume/", views.resume, name="resume"),
    path("<str:ref>/", views.message, name="message"),
]
