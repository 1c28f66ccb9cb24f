"""The pages on which a system is graded."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from plumbrule.errors import AssessmentError
from plumbrule.rulebook import TierSuggestion, load_rulebook, suggest_tier
from plumbrule_portal.accounts.access import acting
from plumbrule_portal.accounts.models import User
from plumbrule_portal.systems.drafts import access
from plumbrule_portal.systems.grading import actions, queries
from plumbrule_portal.systems.grading.forms import Decision, Facts
from plumbrule_portal.ui.languages import current
from plumbrule_portal.ui.templatetags.texts import TIERS


@require_http_methods(["GET", "HEAD", "POST"])
@acting(*access.WRITERS)
def grade(request: HttpRequest, slug: str) -> HttpResponse:
    """Questions; then the suggestion with its reasons; then the decision."""
    system = access.system(request.user, slug)
    former = queries.graded(slug)
    before = {} if former is None else former.grading.document.get("facts", {})
    facts = Facts(request.POST or None, initial={name: "yes" if value else "no" for name, value in before.items()})
    suggested = _suggested(facts) if request.method == "POST" and facts.is_valid() else None
    decision = Decision(request.POST if "tier" in request.POST else None, initial={"tier": suggested and suggested.tier})
    if suggested and decision.is_bound and decision.is_valid() and isinstance(request.user, User):
        said = decision.cleaned_data
        made = actions.propose(
            system, facts.facts(), said["tier"], said["office"], said["reasons"], current(), request.user, timezone.now()
        )
        return redirect("proposal", made.pk)
    book = load_rulebook()
    shown = {
        "system": system,
        "former": former,
        "facts": facts,
        "suggested": suggested,
        "tier": suggested and TIERS[suggested.tier],
        "reasons": queries.reasons_of(suggested) if suggested else (),
        "unanswered": [book.questions[name].texts for name in suggested.unanswered] if suggested else (),
        "decision": decision,
    }
    return render(request, "systems/grading/grade.html", shown, status=422 if facts.errors or decision.errors else 200)


def _suggested(facts: Facts) -> TierSuggestion | None:
    """What the rules suggest; None, and words in the form, where they do not apply."""
    try:
        return suggest_tier(load_rulebook(), facts.facts())
    except AssessmentError:
        facts.add_error(
            "non_military",
            gettext(
                "The rules speak of systems outside the military domain only. Say whether this one is; if it is not, it is not"
                " graded here."
            ),
        )
        return None
