"""The desk: who sits at it, what they may do, and how a refusal is told to them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from hedui.procedure.agencies.models import Agency, Officer
from hedui.procedure.agencies.queries import actor_of
from hedui.procedure.cases.acts import AlreadyFrozen
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import REGISTRY
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.reports.sources import may_look

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Desk:
    """One officer at work: the account, the actor, and the agency of the post."""

    officer: Officer
    actor: Actor
    agency: Agency | None

    def may(self, act: str) -> bool:
        """Tell whether the posts allow an act, such as `reports.issue`."""
        return bool(self.actor.roles & REGISTRY[act].roles)

    @property
    def division(self) -> str:
        """The division of the agency of the post, six digits; empty without a post."""
        return self.agency.division if self.agency else ""

    @property
    def posts(self) -> str:
        """Name the posts as the officer reads them."""
        return "、".join(role.label for role in Role if role in self.actor.roles)

    @property
    def takes_in(self) -> bool:
        """Whether applications are taken in here."""
        return Role.INTAKE in self.actor.roles

    @property
    def keeps_time(self) -> bool:
        """Whether cases with their terms are worked on here."""
        return bool(
            self.actor.roles & {Role.INTAKE, Role.COMMISSION, Role.VERIFY, Role.COUNTERSIGN}
        )

    @property
    def withholds(self) -> bool:
        """Whether what is not shown to a person for a time is proposed or confirmed here."""
        return self.may("reports.propose_withholding") or self.may("reports.confirm_withholding")

    @property
    def reviews(self) -> bool:
        """Whether objections are reviewed here, and so what came of them is counted."""
        return self.may("objections.resolve")

    @property
    def judges(self) -> bool:
        """Whether how well is worked is seen here: second reviews, error rates, how is signed."""
        return bool(self.actor.roles & {Role.COMMISSION, Role.COUNTERSIGN})

    @property
    def prints(self) -> bool:
        """Whether reports and notices are printed here."""
        return self.may("papers.open_notice")

    @property
    def erases(self) -> bool:
        """Whether data whose retention has ended is destroyed here."""
        return self.may("reports.propose_erasure") or self.may("reports.confirm_erasure")

    @property
    def rechecks(self) -> bool:
        """Whether families who receive aid are looked at again from here."""
        return bool(self.actor.roles & {Role.INTAKE, Role.COMMISSION})

    @property
    def exchanges(self) -> bool:
        """Whether files are exchanged here with departments that have no service."""
        return self.may("inquiries.bring_answer")

    @property
    def secures(self) -> bool:
        """Whether this is the security administrator: texts that are signed, budgets, reviews."""
        return Role.SECURITY_ADMIN in self.actor.roles

    @property
    def audits(self) -> bool:
        """Whether this is the audit administrator, who reads the ledger."""
        return Role.AUDIT_ADMIN in self.actor.roles

    @property
    def watches(self) -> bool:
        """Whether how the sources stand is seen here."""
        return may_look(self.actor)

    @property
    def corrects(self) -> bool:
        """Whether requests for correction are seen here."""
        return bool(self.actor.roles & {Role.VERIFY, Role.COUNTERSIGN})

    @property
    def administers(self) -> bool:
        """Whether this is the system administrator."""
        return Role.SYSTEM_ADMIN in self.actor.roles


def desk_of(request: HttpRequest) -> Desk:
    """Return the desk at which a request is made."""
    held = getattr(request, "_desk", None)
    if isinstance(held, Desk):
        return held
    officer = request.user
    assert isinstance(officer, Officer)
    actor = actor_of(officer)
    agency = Agency.objects.filter(pk=actor.agency).first() if actor.agency else None
    desk = Desk(officer, actor, agency)
    request._desk = desk  # type: ignore[attr-defined]
    return desk


def page(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """
    Answer 404 for what is not there, or not theirs: the two look the same from outside.

    What can no longer be changed leads back to its case, before anything is typed in vain.
    """

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except ObjectDoesNotExist:
            raise Http404 from None
        except AlreadyFrozen as refusal:
            return refused(request, refusal, "workbench:case", number=kwargs["number"])

    return answer


def only(act: str, request: HttpRequest) -> Desk:
    """Return the desk if its posts allow the act. :raises PermissionDenied: they do not"""
    desk = desk_of(request)
    if not desk.may(act):
        raise PermissionDenied
    return desk


def administering(request: HttpRequest) -> Desk:
    """Return the desk of an administrator. :raises PermissionDenied: it is none's"""
    desk = desk_of(request)
    if not (desk.administers or desk.secures):
        raise PermissionDenied
    return desk


def show(request: HttpRequest, template: str, status: int = 200, **context: Any) -> HttpResponse:
    """Render a page of the workbench."""
    context["desk"] = desk_of(request)
    return render(request, f"workbench/{template}.html", context, status=status)


def done(request: HttpRequest, sentence: str, to: str, **where: Any) -> HttpResponse:
    """Say what was done and go on."""
    messages.success(request, sentence)
    return _go(request, to, where)


def refused(request: HttpRequest, refusal: Refusal, to: str, **where: Any) -> HttpResponse:
    """Say why it was refused, in its one sentence, and go back."""
    messages.error(request, refusal.message)
    return _go(request, to, where)


def _go(request: HttpRequest, to: str, where: dict[str, Any]) -> HttpResponse:
    """Lead to a page; a part of a page that asked in the background is told to go as a whole."""
    if "HX-Request" in request.headers:
        return HttpResponse(headers={"HX-Redirect": reverse(to, kwargs=where)})
    return HttpResponseRedirect(reverse(to, kwargs=where))
