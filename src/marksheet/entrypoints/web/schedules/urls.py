"""The addresses of the Schedules area."""

from django.urls import path

from marksheet.entrypoints.web.schedules import (
    answers,
    archiving,
    candidates,
    handing_over,
    taking_back,
    texts,
    views,
)

app_name = "schedules"
urlpatterns = [
    path("", views.listing, name="list"),
    path("new/", views.new, name="new"),
    path("<str:ref>/", views.schedule, name="schedule"),
    path("<str:ref>/edit/", views.edit, name="edit"),
    path("<str:ref>/activate/", views.activate, name="activate"),
    path("<str:ref>/hand-over/", handing_over.hand_over, name="hand-over"),
    path("<str:ref>/answers/", answers.sheet, name="answers"),
    path("<str:ref>/answers/<str:script>/", texts.sheet, name="texts"),
    path("<str:ref>/archive/", archiving.archive, name="archive"),
    path("<str:ref>/restore/", archiving.restore, name="restore"),
    path("<str:ref>/candidates/add/", candidates.add_one, name="candidate-add"),
    path("<str:ref>/candidates/paste/", candidates.add_many, name="candidates-paste"),
    path("<str:ref>/candidates/change/", candidates.change, name="candidates-change"),
    path("<str:ref>/candidates/window/", candidates.window, name="candidates-window"),
    path("<str:ref>/candidates/take-back/", taking_back.take_back, name="take-back"),
]
