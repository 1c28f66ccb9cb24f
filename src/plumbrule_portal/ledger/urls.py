"""Addresses of the log and of files by digest, in the form that other nodes and Go's client ask for."""

from django.urls import path

from plumbrule_portal.ledger import (
    views,
    views_earlier,
    views_holds,
    views_keys,
    views_letters,
    views_log,
    views_proposals,
    views_trail,
)

urlpatterns = [
    path("keys", views_keys.listed, name="keys"),
    path("keys/new", views_keys.new, name="key-new"),
    path("keys/end", views_keys.end, name="key-end"),
    path("desk/letters", views_letters.listed, name="letters"),
    path("desk/letters/<int:number>", views_letters.letter, name="letter"),
    path("desk/letters/<int:number>/posted", views_letters.posted, name="letter-posted"),
    path("desk/holds", views_holds.listed, name="holds"),
    path("desk/holds/<int:number>/agree", views_holds.agree, name="hold-agree"),
    path("desk/holds/<int:number>/lift", views_holds.lift, name="hold-lift"),
    path("trail", views_trail.acts, name="trail"),
    path("trail/check", views_trail.check, name="trail-check"),
    path("desk", views_proposals.desk, name="desk"),
    path("proposals/<int:number>", views_proposals.proposal, name="proposal"),
    path("proposals/<int:number>/agree", views_proposals.agree, name="proposal-agree"),
    path("proposals/<int:number>/proposal.json", views_proposals.handed_out, name="proposal-file"),
    path("proposals/<int:number>/agreement", views_proposals.agreement, name="proposal-agreement"),
    path("proposals/<int:number>/send-back", views_proposals.send_back, name="proposal-send-back"),
    path("proposals/<int:number>/take-back", views_proposals.take_back, name="proposal-take-back"),
    path("desk/entry", views_earlier.chosen, name="desk-entry"),
    path("entries/<int:index>/withdraw", views_earlier.withdraw, name="entry-withdraw"),
    path("entries/<int:index>/supersede", views_earlier.supersede, name="entry-supersede"),
    path("log/<path:path>", views_log.log_file, name="log-file"),
    path("entries/<int:index>", views.entry, name="entry"),
    path("content/<str:digest>", views.content, name="content"),
]
