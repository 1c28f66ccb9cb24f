"""The pages on which a record is written."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from plumbrule.errors import InputError
from plumbrule_portal.accounts.access import acting, demand
from plumbrule_portal.accounts.models import User
from plumbrule_portal.systems.drafts import access, actions, queries
from plumbrule_portal.systems.drafts.forms import Begin, FromFile, Propose
from plumbrule_portal.systems.drafts.questions import ABSENCES, questions, read_section
from plumbrule_portal.systems.exchange import Organisation as Owner
from plumbrule_portal.systems.exchange import Report, Wanted
from plumbrule_portal.systems.models import Draft
from plumbrule_portal.systems.record import Problem, questionnaires, read_form
from plumbrule_portal.ui.languages import OWN_NAMES


@require_http_methods(["GET", "HEAD", "POST"])
@acting(*access.WRITERS)
def drafts(request: HttpRequest) -> HttpResponse:
    """My drafts, and how to begin one."""
    form = Begin(request.POST or None, organisations=access.organisations(request.user), initial={"language": "en"})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        demand(request.user, said["organisation"], *access.WRITERS)
        try:
            made = actions.begin(
                said["slug"], said["organisation"], said["language"], said["name"], _person(request), timezone.now()
            )
        except InputError:
            form.add_error("slug", gettext("This name is taken already. Choose another one."))
        else:
            return redirect("draft", made.slug)
    return render(request, "systems/drafts/drafts.html", {"drafts": access.drafts(request.user), "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@acting(*access.WRITERS)
def from_file(request: HttpRequest) -> HttpResponse:
    """Begin from a file in a format of others, and see what of it was filled in."""
    mine = access.organisations(request.user)
    form = FromFile(request.POST or None, request.FILES or None, organisations=mine)
    begun: list[Draft] = []
    report: Report | None = None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        owner = mine.get(slug=said["organisation"])
        demand(request.user, owner.slug, *access.WRITERS)
        wanted = Wanted(
            format=said["kind"],
            retrieved=timezone.now().date().isoformat(),
            language=said["language"],
            organisation=Owner(id=owner.slug, name=next(iter(owner.names.values()), "")),
            name=said["name"],
        )
        try:
            begun, report = actions.begin_from_file(said["file"].read(), wanted, _person(request), timezone.now())
        except InputError:
            form.add_error("file", gettext("This is no file of that format, or it holds more than twenty systems."))
    shown = {"form": form, "begun": begun, "report": report}
    return render(request, "systems/drafts/from_file.html", shown, status=422 if form.errors else 200)


@require_POST
@acting(*access.WRITERS)
def begin_from(request: HttpRequest, slug: str) -> HttpResponse:
    """Change what the register says of a system."""
    made = actions.begin_from(access.system(request.user, slug), _person(request), timezone.now())
    return redirect("draft", made.slug)


@require_safe
@acting(*access.WRITERS)
def about(request: HttpRequest, slug: str) -> HttpResponse:
    """What can be written about a system: its record, its grading, the questionnaires."""
    shown = {"system": access.system(request.user, slug), "forms": [read_form(name) for name in questionnaires()]}
    return render(request, "systems/drafts/about.html", shown)


@require_POST
@acting(*access.WRITERS)
def begin_about(request: HttpRequest, slug: str, form: str) -> HttpResponse:
    """Answer a questionnaire about a system."""
    if form not in questionnaires():
        raise Http404
    made = actions.begin_about(access.system(request.user, slug), form, _person(request), timezone.now())
    return redirect("draft", made.slug)


@require_safe
@acting(*access.WRITERS)
def draft(request: HttpRequest, slug: str) -> HttpResponse:
    """How far a draft has come, and what is missing."""
    return _overview(request, access.draft(request.user, slug), Propose())


@require_http_methods(["GET", "HEAD", "POST"])
@acting(*access.WRITERS)
def section(request: HttpRequest, slug: str, part: str) -> HttpResponse:
    """The questions of one section."""
    found = access.draft(request.user, slug)
    form = read_form(found.form)
    try:
        label = queries.section_label(form, part)
    except InputError:
        raise Http404 from None
    language = request.GET.get("in", found.language)
    if language not in OWN_NAMES:
        language = found.language
    typed = dict(request.POST.lists()) if request.method == "POST" else None
    fields: dict[str, Any] = found.fields
    problems: tuple[Problem, ...] = ()
    if typed is not None:
        fields, problems = read_section(form, part, found.fields, language, typed)
        actions.keep(found, fields, _person(request), timezone.now())
        if not problems:
            return redirect(_next(request, slug, part))
    shown = {
        "draft": found,
        "part": part,
        "label": label,
        "withholding": form.withholding,
        "absences": ABSENCES,
        "writing": language,
        "writing_in": OWN_NAMES,
        "questions": questions(form, part, fields, language, typed if problems else None, problems),
        "problems": problems,
    }
    return render(request, "systems/drafts/section.html", shown, status=422 if problems else 200)


@require_POST
@acting(*access.WRITERS)
def propose(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask the second person."""
    found, form = access.draft(request.user, slug), Propose(request.POST)
    if form.is_valid():
        try:
            made = actions.propose(found, form.cleaned_data["title"], _person(request), timezone.now())
        except InputError:
            form.add_error(None, gettext("Some questions still need an answer, or the reason why there is none."))
        else:
            return redirect("proposal", made.pk)
    return _overview(request, found, form, status=422)


@require_POST
@acting(*access.WRITERS)
def drop(request: HttpRequest, slug: str) -> HttpResponse:
    """Throw a draft away."""
    actions.drop(access.draft(request.user, slug))
    return redirect("drafts")


def _overview(request: HttpRequest, found: Draft, form: Propose, status: int = 200) -> HttpResponse:
    parts = queries.parts(found)
    shown = {
        "draft": found,
        "parts": parts,
        "form": form,
        "written_form": read_form(found.form),
        "whole": not any(part.lacking for part in parts),
    }
    return render(request, "systems/drafts/draft.html", shown, status=status)


def _next(request: HttpRequest, slug: str, part: str) -> str:
    """Where to go after saving: back to the same section for another row, else to the overview."""
    if "again" in request.POST:
        return f"{reverse('draft-section', args=[slug, part])}?{request.GET.urlencode()}"
    return reverse("draft", args=[slug])


def _person(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise Http404
    return request.user
