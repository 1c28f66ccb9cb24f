"""Addresses for packs that come in, and for the parties that are assessed. They are permanent."""

from django.urls import path

from plumbrule_portal.systems.submissions import api, views

urlpatterns = [
    path("api/v1/submissions", api.submit, name="submit"),
    path("api/v1/submissions/<str:name>", api.status, name="submission"),
    path("desk/findings", views.waiting, name="waiting-findings"),
    path("desk/findings/<int:number>", views.waiting_one, name="waiting-finding"),
    path("desk/findings/<int:number>/no-more-time", views.no_more_time, name="no-more-time"),
    path("assessments/<int:entry>/answer", views.answer, name="answer"),
]
