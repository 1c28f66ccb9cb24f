"""Addresses of the pages that belong to no single subject."""

from django.urls import path

from plumbrule_portal.pages import views

urlpatterns = [
    path("", views.home, name="home"),
    path("language", views.choose_language, name="language"),
]
