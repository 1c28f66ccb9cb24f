"""Addresses for packs that come in. They are permanent."""

from django.urls import path

from plumbrule_portal.systems.submissions import api

urlpatterns = [
    path("api/v1/submissions", api.submit, name="submit"),
    path("api/v1/submissions/<str:name>", api.status, name="submission"),
]
