"""The addresses of the front page and, in demo mode only, of its one-click sign-ins."""

from django.conf import settings
from django.urls import path

from marksheet.entrypoints.web.front import demo, views

app_name = "front"
urlpatterns = [path("", views.front, name="front")]
if settings.DEMO:
    urlpatterns += [
        path("demo/sign-in/", demo.sign_in, name="demo-sign-in"),
        path("demo/reset/", demo.reset, name="demo-reset"),
    ]
