"""Addresses of organisations. The public ones are permanent; a name in an address may hold a dot, as keys' parties do."""

from django.urls import path

from plumbrule_portal.systems.organisations import views, views_desk

urlpatterns = [
    path("organisations", views.organisations, name="organisations"),
    path("organisations/<str:slug>", views.organisation, name="organisation"),
    path("desk/organisations", views_desk.mine, name="my-organisations"),
    path("desk/organisations/<str:slug>", views_desk.write, name="organisation-write"),
]
