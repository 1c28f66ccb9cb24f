"""Addresses of drafts, under the desk."""

from django.urls import path

from plumbrule_portal.systems.drafts import views

urlpatterns = [
    path("desk/drafts", views.drafts, name="drafts"),
    path("desk/drafts/from-file", views.from_file, name="from-file"),
    path("desk/drafts/of/<slug:slug>", views.begin_from, name="begin-from"),
    path("desk/systems/<slug:slug>", views.about, name="desk-system"),
    path("desk/systems/<slug:slug>/questions/<slug:form>", views.begin_about, name="begin-about"),
    path("desk/drafts/<slug:slug>", views.draft, name="draft"),
    path("desk/drafts/<slug:slug>/propose", views.propose, name="propose-draft"),
    path("desk/drafts/<slug:slug>/drop", views.drop, name="drop-draft"),
    path("desk/drafts/<slug:slug>/<slug:part>", views.section, name="draft-section"),
]
