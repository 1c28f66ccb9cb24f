"""Addresses of labels. They are permanent: badges elsewhere point to them."""

from django.urls import path

from plumbrule_portal.systems.labels import views

urlpatterns = [
    path("labels", views.labels, name="labels"),
    path("labels/<slug:label>/<slug:slug>", views.label, name="label"),
    path("labels/<slug:label>/<slug:slug>.svg", views.picture, name="badge"),
    path("labels/<slug:label>/<slug:slug>/give", views.give, name="give-label"),
]
