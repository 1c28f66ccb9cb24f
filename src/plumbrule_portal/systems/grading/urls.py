"""Addresses of grading."""

from django.urls import path

from plumbrule_portal.systems.grading import views

urlpatterns = [
    path("desk/systems/<slug:slug>/grade", views.grade, name="grade"),
]
