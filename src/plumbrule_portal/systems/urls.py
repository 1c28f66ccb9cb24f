"""Addresses of the register. They are permanent."""

from django.urls import path

from plumbrule_portal.systems import views

urlpatterns = [
    path("systems", views.register, name="register"),
    path("systems/<slug:slug>", views.system, name="system"),
    path("assessments/<int:entry>", views.assessment, name="assessment"),
    path("assessments/<int:entry>/pack.zip", views.pack, name="pack"),
]
