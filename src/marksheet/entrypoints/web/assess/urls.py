"""The addresses of the Assess tab."""

from django.urls import path

from marksheet.entrypoints.web.assess import (
    differences,
    files,
    flags,
    grid,
    keying,
    moderation,
    qualifying,
    sample,
    views,
    workshop,
)

app_name = "assess"
urlpatterns = [
    path("", views.listing, name="list"),
    path("<str:ref>/", views.submissions, name="submissions"),
    path("<str:ref>/questions/", views.items, name="items"),
    path("<str:ref>/differences/", differences.listing, name="differences"),
    path("<str:ref>/moderation/", moderation.listing, name="moderation"),
    path("<str:ref>/moderation/accept/", moderation.accepting, name="accept"),
    path("<str:ref>/moderation/script/<str:one>/", moderation.script, name="moderated"),
    path("<str:ref>/moderation/sample/<str:round_>/<str:marker>/", sample.decide, name="sample"),
    path("<str:ref>/submit/", views.submit, name="submit"),
    path("<str:ref>/no-response/", views.no_response, name="no-response"),
    path("<str:ref>/before/", qualifying.before, name="before"),
    path("<str:ref>/flags/", flags.listing, name="flags"),
    path("<str:ref>/mark/", workshop.start, name="mark-start"),
    path("<str:ref>/mark/<str:script>/", workshop.script, name="mark-script"),
    path("<str:ref>/mark/<str:script>/<str:part>/", workshop.mark, name="mark"),
    path("<str:ref>/mark/<str:script>/<str:part>/files/<int:position>/", files.one, name="file"),
    path("<str:ref>/mark/<str:script>/<str:part>/flag/", flags.raise_one, name="flag"),
    path("<str:ref>/keying/", keying.sheet, name="keying"),
    path("<str:ref>/keying/cell/", keying.cell, name="keying-cell"),
    path("<str:ref>/keying/differences/", keying.differences, name="keying-differences"),
    path("<str:ref>/grid/", grid.sheet, name="grid"),
    path("<str:ref>/grid/cell/", grid.cell, name="cell"),
    path("<str:ref>/grid/discard/", grid.discard, name="discard"),
]
