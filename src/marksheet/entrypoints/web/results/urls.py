"""The addresses of the Results tab."""

from django.urls import path

from marksheet.entrypoints.web.results import acts, one, publish, search, views, views_saved

app_name = "results"
urlpatterns = [
    path("", views.results, name="list"),
    path("total/", views.exact_total, name="total"),
    path("search/", search.search, name="search"),
    path("columns/", views.choose_columns, name="columns"),
    path("views/save/", views_saved.save_view, name="save-view"),
    path("views/forget/", views_saved.forget_view, name="forget-view"),
    path("publish/", publish.begin, name="publish"),
    path("do/<slug:act>/", acts.act, name="act"),
    path("<str:ref>/", one.result, name="one"),
]
