"""The addresses of the marking schemes of a schedule."""

from django.urls import path

from marksheet.entrypoints.web.schemes import views

app_name = "schemes"
urlpatterns = [
    path("<str:ref>/", views.listing, name="list"),
    path("<str:ref>/<str:part>/older/", views.older, name="older"),
]
