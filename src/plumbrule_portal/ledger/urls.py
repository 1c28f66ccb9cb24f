"""Addresses of the log and of files by digest, in the form that other nodes and Go's client ask for."""

from django.urls import path

from plumbrule_portal.ledger import views

urlpatterns = [
    path("entries/<int:index>", views.entry, name="entry"),
    path("content/<str:digest>", views.content, name="content"),
]
