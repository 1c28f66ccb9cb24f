"""Addresses of the register. They are permanent."""

from django.urls import include, path

from plumbrule_portal.systems import views, views_export, views_findings, views_search, views_verify

urlpatterns = [
    path("", include("plumbrule_portal.systems.submissions.urls")),
    path("", include("plumbrule_portal.systems.labels.urls")),
    path("", include("plumbrule_portal.systems.purchases.urls")),
    path("", include("plumbrule_portal.systems.organisations.urls")),
    path("systems", views_search.register, name="register"),
    path("compare", views_search.compare, name="compare"),
    path("systems/<slug:slug>", views.system, name="system"),
    path("systems/<slug:slug>/formats", views_export.formats, name="formats"),
    path("systems/<slug:slug>/formats/<str:name>", views_export.report, name="format"),
    path("systems/<slug:slug>/formats/<str:name>/file", views_export.file, name="format-file"),
    path("answers/<int:entry>", views.questionnaire, name="questionnaire"),
    path("withheld", views.withheld, name="withheld"),
    path("verify", views_verify.verify, name="verify"),
    path("verify.html", views_verify.verify_file, name="verify-file"),
    path("assessments/<int:entry>", views_findings.assessment, name="assessment"),
    path("assessments/<int:entry>/pack.zip", views_findings.pack, name="pack"),
    path("assessments/<int:entry>/dossier.html", views_findings.dossier, name="dossier"),
    path("assessments/<int:entry>/policy.txt", views_findings.policy, name="policy"),
    path("assessments/<int:entry>/trust.toml", views_findings.trust, name="trust"),
]
