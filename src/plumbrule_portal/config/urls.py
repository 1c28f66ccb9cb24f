"""All addresses. They are permanent: one that moves is redirected for ever."""

from django.urls import include, path

handler400 = "plumbrule_portal.pages.views_errors.bad_request"
handler500 = "plumbrule_portal.pages.views_errors.server_error"
urlpatterns = [
    path("", include("plumbrule_portal.pages.urls")),
    path("", include("plumbrule_portal.systems.urls")),
    path("", include("plumbrule_portal.systems.drafts.urls")),
    path("", include("plumbrule_portal.systems.grading.urls")),
    path("", include("plumbrule_portal.ledger.urls")),
    path("", include("plumbrule_portal.accounts.urls")),
]
