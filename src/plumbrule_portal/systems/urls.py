"""Addresses of the register. They are permanent."""

from django.urls import include, path

from plumbrule_portal.systems import views, views_search

urlpatterns = [
    path("", include("plumbrule_portal.systems.submissions.urls")),
    path("systems", views_search.register, name="register"),
    path("compare", views_search.compare, name="compare"),
    path("systems/<slug:slug>", views.system, name="system"),
    path("assessments/<int:entry>", views.assessment, name="assessment"),
    path("assessments/<int:entry>/pack.zip", views.pack, name="pack"),
]
