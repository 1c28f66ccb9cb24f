"""What this register is, who may publish in it, and how to check it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from plumbrule_portal.accounts.access import everybody
from plumbrule_portal.pages import queries_about


@require_safe
@everybody
def about(request: HttpRequest) -> HttpResponse:
    """The page "about this register"; whether one person may publish alone stands here for as long as it is so."""
    return render(request, "pages/about.html", {"log": queries_about.about()})
