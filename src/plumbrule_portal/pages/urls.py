"""Addresses of the pages that belong to no single subject."""

from django.urls import path, re_path

from plumbrule_portal.pages import feeds, views, views_security

_ENDING = "(csv|json|atom)"

urlpatterns = [
    path(".well-known/security.txt", views_security.security_txt, name="security-txt"),
    path("", views.home, name="home"),
    path("language", views.choose_language, name="language"),
    path("entries", views.entries, name="entries"),
    re_path(rf"^systems\.{_ENDING}$", feeds.systems, name="systems-list"),
    re_path(rf"^entries\.{_ENDING}$", feeds.entries, name="entries-list"),
    re_path(rf"^assessments\.{_ENDING}$", feeds.assessments, name="assessments-list"),
    re_path(rf"^organisations\.{_ENDING}$", feeds.organisations, name="organisations-list"),
    path("systems/<slug:slug>.json", feeds.system, name="system-json"),
    path("entries/<int:index>.json", feeds.entry, name="entry-json"),
    path("assessments/<int:index>.json", feeds.assessment, name="assessment-json"),
]
