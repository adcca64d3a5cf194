"""The addresses of the Coordinator tab."""

from django.urls import path

from marksheet.entrypoints.web.coordinator import (
    allocation,
    columns,
    conflicts,
    moderation,
    people,
    qualifying,
    quality,
    settings,
    views,
    work,
)

app_name = "coordinator"
urlpatterns = [
    path("", views.listing, name="list"),
    path("columns/", columns.choose, name="columns"),
    path("views/save/", columns.save_view, name="save-view"),
    path("views/forget/", columns.forget_view, name="forget-view"),
    path("<str:ref>/", views.schedule, name="schedule"),
    path("<str:ref>/people/", people.listing, name="people"),
    path("<str:ref>/people/<str:person>/", people.edit, name="person"),
    path("<str:ref>/people/<str:person>/remove/", people.remove, name="person-remove"),
    path("<str:ref>/settings/", settings.edit, name="settings"),
    path("<str:ref>/settings/show-names/", settings.lift, name="lift"),
    path("<str:ref>/moderation/", moderation.overview, name="moderation"),
    path("<str:ref>/moderation/preview/", moderation.preview, name="moderation-preview"),
    path("<str:ref>/allocation/", allocation.overview, name="allocation"),
    path("<str:ref>/allocation/share-out/", allocation.share_out, name="share-out"),
    path("<str:ref>/allocation/pile/", allocation.pile, name="pile"),
    path("<str:ref>/allocation/remind/", allocation.remind, name="remind"),
    path("<str:ref>/quality/", quality.overview, name="quality"),
    path("<str:ref>/quality/seeds/new/", quality.new_seed, name="seed-new"),
    path("<str:ref>/quality/seeds/<str:seed>/", quality.seed, name="seed"),
    path("<str:ref>/quality/stops/<str:stop>/", quality.stop, name="stop"),
    path("<str:ref>/quality/needed/", qualifying.needed, name="needed"),
    path("<str:ref>/quality/unqualified/<str:case>/", qualifying.decide, name="unqualified"),
    path("<str:ref>/conflicts/", conflicts.listing, name="conflicts"),
    path("<str:ref>/conflicts/<str:conflict>/end/", conflicts.end, name="conflict-end"),
    path("<str:ref>/handed-in/", work.hand_in, name="hand-in"),
    path("<str:ref>/scripts/", work.scripts, name="scripts"),
    path("<str:ref>/scripts/give/", allocation.give, name="give"),
    path("<str:ref>/scripts/reopen/", work.reopen, name="reopen"),
]
