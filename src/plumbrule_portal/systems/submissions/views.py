"""What the party assessed sees before anybody else, and where it answers."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from plumbrule.errors import PlumbruleError
from plumbrule_portal.accounts.access import acting
from plumbrule_portal.accounts.models import Role, User
from plumbrule_portal.ledger import inbox
from plumbrule_portal.ledger.models import Proposal
from plumbrule_portal.systems import fragments
from plumbrule_portal.systems.submissions import access, replies
from plumbrule_portal.systems.submissions.forms import AnswerForm
from plumbrule_portal.ui.languages import current


@acting(Role.FOCAL_POINT, Role.STEWARD)
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """Findings that are not public yet."""
    return render(request, "systems/waiting.html", {"waiting": access.waiting(request.user)})


@acting(Role.FOCAL_POINT, Role.STEWARD)
@require_http_methods(["GET", "HEAD", "POST"])
def waiting_one(request: HttpRequest, number: int) -> HttpResponse:
    """One of them, in full, with the form to answer it."""
    found = access.waiting_one(request.user, number)
    said = replies.attached(found)
    language = next(iter(said), current())
    form = AnswerForm(request.POST or None, initial={"language": language, "text": said.get(language, "")})
    if request.method == "POST" and form.is_valid() and isinstance(request.user, User):
        texts = said | {form.cleaned_data["language"]: form.cleaned_data["text"]}
        try:
            replies.answer(found, texts, request.user, timezone.now())
        except PlumbruleError as error:
            form.add_error(None, error.got)
        else:
            messages.success(request, _("Your answer is kept, and will be published with the finding."))
            return redirect("waiting-finding", number=number)
    shown = {
        "proposal": found,
        "form": form,
        "said": said,
        "may_answer": access.may_answer(request.user, found.organisation),
        "open": _is_open(found),
        "findings": _findings(found),
    }
    return render(request, "systems/waiting_one.html", shown)


@acting(Role.FOCAL_POINT)
@require_POST
def no_more_time(request: HttpRequest, number: int) -> HttpResponse:
    """The party needs no more time."""
    found = access.waiting_one(request.user, number)
    if isinstance(request.user, User):
        try:
            replies.need_no_more_time(found, request.user, timezone.now())
        except PlumbruleError as error:
            messages.error(request, error.got)
    return redirect("waiting-finding", number=number)


@acting(Role.FOCAL_POINT)
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, entry: int) -> HttpResponse:
    """Answer a finding that is public."""
    found, system = access.published(request.user, entry)
    form = AnswerForm(request.POST or None, needed=True, initial={"language": current()})
    if request.method == "POST" and form.is_valid() and isinstance(request.user, User):
        texts = {form.cleaned_data["language"]: form.cleaned_data["text"]}
        replies.answer_later(found, system, texts, request.user, timezone.now())
        messages.success(request, _("Your answer waits for a second person of your organisation."))
        return redirect("assessment", entry=entry)
    return render(request, "systems/answer.html", {"form": form, "assessment": found, "system": system})


def _is_open(found: Proposal) -> bool:
    open_ = found.state in {Proposal.State.WAITING, Proposal.State.REPLY}
    return open_ and found.public_from is not None and found.public_from > timezone.now()


def _findings(found: Proposal) -> str:
    if found.state not in {Proposal.State.WAITING, Proposal.State.REPLY}:
        return ""
    return fragments.whole_of(inbox.read(found.files["assessment.json"]), current())
