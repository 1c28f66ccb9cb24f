"""Addresses of the pages that belong to no single subject."""

from django.urls import include, path, re_path

from plumbrule_portal.pages import feeds, views, views_about, views_security, views_tokens
from plumbrule_portal.pages.api import addresses as api_addresses
from plumbrule_portal.pages.api import openapi

_ENDING = "(csv|json|atom)"

urlpatterns = [
    path("about", views_about.about, name="about"),
    path(".well-known/security.txt", views_security.security_txt, name="security-txt"),
    path("", views.home, name="home"),
    path("api/v1/", views_tokens.described, name="api"),
    path("api/v1/", include((list(api_addresses()), "api-1"))),
    path("api/v1/openapi.json", openapi, name="openapi"),
    path("desk/tokens", views_tokens.tokens, name="tokens"),
    path("desk/tokens/<int:number>/end", views_tokens.end_token, name="token-end"),
    path("language", views.choose_language, name="language"),
    path("entries", views.entries, name="entries"),
    re_path(rf"^systems\.{_ENDING}$", feeds.systems, name="systems-list"),
    re_path(rf"^entries\.{_ENDING}$", feeds.entries, name="entries-list"),
    re_path(rf"^assessments\.{_ENDING}$", feeds.assessments, name="assessments-list"),
    re_path(rf"^organisations\.{_ENDING}$", feeds.organisations, name="organisations-list"),
    re_path(rf"^purchases\.{_ENDING}$", feeds.purchases, name="purchases-list"),
    path("purchases/<slug:slug>.json", feeds.purchase, name="purchase-json"),
    path("systems/<slug:slug>.json", feeds.system, name="system-json"),
    path("entries/<int:index>.json", feeds.entry, name="entry-json"),
    path("assessments/<int:index>.json", feeds.assessment, name="assessment-json"),
]
