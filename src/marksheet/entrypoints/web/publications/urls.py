"""The addresses of publishing and its receipts."""

from django.urls import path

from marksheet.entrypoints.web.publications import afterwards, dialog, progress, receipt, seeing

app_name = "publications"
urlpatterns = [
    path("", receipt.publications, name="list"),
    path("show/", afterwards.show, name="show"),
    path("hide/", afterwards.hide, name="hide"),
    path("retract/", afterwards.retract, name="retract"),
    path("<str:ref>/", receipt.receipt, name="receipt"),
    path("<str:ref>/publish/", dialog.dialog, name="publish"),
    path("<str:ref>/again/", dialog.again, name="again"),
    path("<str:ref>/as-candidate/", seeing.as_candidate, name="as-candidate"),
    path("<str:ref>/message/", seeing.message, name="message"),
    path("<str:ref>/progress/", progress.fragment, name="progress"),
    path("<str:ref>/stop/", progress.stop, name="stop"),
    path("<str:ref>/resume/", progress.resume, name="resume"),
]
