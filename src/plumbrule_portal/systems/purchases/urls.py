"""Addresses of purchases: public, at the desk, and behind a supplier's link. The public ones are permanent."""

from django.urls import path

from plumbrule_portal.systems.purchases import views, views_compare, views_public, views_supply

urlpatterns = [
    path("purchases", views_public.decisions, name="decisions"),
    path("purchases/<slug:slug>", views_public.decision, name="decision"),
    path("desk/purchases", views.purchases, name="purchases"),
    path("desk/purchases/<slug:slug>", views.purchase, name="purchase"),
    path("desk/purchases/<slug:slug>/drop", views.drop, name="purchase-drop"),
    path("desk/purchases/<slug:slug>/points", views.add_point, name="purchase-point"),
    path("desk/purchases/<slug:slug>/points/<int:number>/take-out", views.take_out, name="purchase-take-out"),
    path("desk/purchases/<slug:slug>/points/<int:number>/put-back", views.put_back, name="purchase-put-back"),
    path("desk/purchases/<slug:slug>/closing", views.closing, name="purchase-closing"),
    path("desk/purchases/<slug:slug>/suppliers", views.ask, name="purchase-ask"),
    path("desk/purchases/<slug:slug>/suppliers/<int:number>", views_compare.supplier, name="purchase-supplier"),
    path("desk/purchases/<slug:slug>/suppliers/<int:number>/link", views.new_link, name="purchase-link"),
    path("desk/purchases/<slug:slug>/suppliers/<int:number>/packs/<int:pack>", views_compare.pack, name="purchase-pack"),
    path(
        "desk/purchases/<slug:slug>/suppliers/<int:number>/packs/<int:pack>/pack.zip",
        views_compare.pack_file,
        name="purchase-pack-file",
    ),
    path("desk/purchases/<slug:slug>/compare", views_compare.compare, name="purchase-compare"),
    path("desk/purchases/<slug:slug>/decide", views_compare.decide, name="purchase-decide"),
    path("supply/<str:secret>", views_supply.supply, name="supply"),
    path("supply/<str:secret>/take", views_supply.take, name="supply-take"),
    path("supply/<str:secret>/points/<int:number>", views_supply.point, name="supply-point"),
    path("supply/<str:secret>/packs", views_supply.hand_in, name="supply-pack"),
    path("supply/<str:secret>/packs/<int:number>/take-away", views_supply.take_away, name="supply-take-away"),
    path("supply/<str:secret>/send", views_supply.send, name="supply-send"),
    path("supply/<str:secret>/open-again", views_supply.open_again, name="supply-open-again"),
]
