"""All addresses. They are permanent: one that moves is redirected for ever."""

from django.urls import include, path

urlpatterns = [
    path("", include("plumbrule_portal.pages.urls")),
    path("", include("plumbrule_portal.systems.urls")),
    path("", include("plumbrule_portal.ledger.urls")),
    path("", include("plumbrule_portal.accounts.urls")),
]
