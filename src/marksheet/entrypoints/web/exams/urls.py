"""The addresses of the Exams area."""

from django.urls import path

from marksheet.entrypoints.web.exams import content, schemes, views

app_name = "exams"
urlpatterns = [
    path("", views.listing, name="list"),
    path("new/", views.new, name="new"),
    path("versions/<str:ref>/", content.version, name="version"),
    path("versions/<str:ref>/settings/", views.settings, name="settings"),
    path("versions/<str:ref>/scale/", views.scale, name="scale"),
    path("versions/<str:ref>/live/", views.live, name="live"),
    path("versions/<str:ref>/draft/", views.draft, name="draft"),
    path("versions/<str:ref>/discard/", views.discard, name="discard"),
    path("versions/<str:ref>/sections/", content.section_add, name="section-add"),
    path("versions/<str:ref>/sections/<str:section_ref>/", content.section, name="section"),
    path("questions/<str:ref>/", content.item, name="item"),
    path("questions/<str:ref>/move/", content.item_move, name="item-move"),
    path("questions/<str:ref>/remove/", content.item_remove, name="item-remove"),
    path("parts/<str:ref>/scheme/", schemes.show, name="scheme"),
    path("parts/<str:ref>/scheme/edit/", schemes.edit, name="scheme-edit"),
    path("<str:ref>/", views.assessment, name="assessment"),
    path("<str:ref>/edit/", views.edit, name="edit"),
    path("<str:ref>/archive/", views.archive, name="archive"),
]
