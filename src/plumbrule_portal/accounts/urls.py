"""Addresses for people with an account."""

from django.urls import path

from plumbrule_portal.accounts import views

urlpatterns = [
    path("account/sign-in", views.sign_in, name="sign-in"),
    path("account/sign-out", views.sign_out, name="sign-out"),
    path("account/start/<str:secret>", views.start, name="start"),
    path("desk", views.desk, name="desk"),
]
