"""Addresses for people with an account."""

from django.urls import path

from plumbrule_portal.accounts import views, views_account, views_people

urlpatterns = [
    path("account", views_account.account, name="account"),
    path("account/sign-in", views.sign_in, name="sign-in"),
    path("account/sign-out", views.sign_out, name="sign-out"),
    path("account/start/<str:secret>", views.start, name="start"),
    path("account/second-factor", views.show_second_factor, name="second-factor"),
    path("account/second-factor/new", views.new_second_factor, name="second-factor-new"),
    path("account/recovery-codes", views.recovery_codes, name="recovery-codes"),
    path("account/password", views_account.password, name="password"),
    path("account/sessions/<int:number>/end", views_account.end_session, name="session-end"),
    path("account/close", views_account.close, name="account-close"),
    path("people", views_people.people, name="people"),
    path("people/invite", views_people.invite, name="people-invite"),
    path("people/invitations/<int:number>/agree", views_people.agree, name="people-agree"),
    path("people/invitations/<int:number>/cancel", views_people.cancel, name="people-cancel"),
    path("people/<int:number>/new-password", views_people.password_link, name="people-password"),
    path("people/roles/<int:number>/remove", views_people.remove, name="people-remove"),
]
