"""Pages about users: accounts, roles and invitations. They require permissions on users."""

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dashboard.forms import NewPersonForm, RoleForm
from dashboard.people import activate, add_person, change_role, deactivate, invitation_link
from dashboard.roles import Role, role_of

VIEW, ADD, CHANGE = "auth.view_user", "auth.add_user", "auth.change_user"
PEOPLE_ON_A_PAGE = 30


@require_safe
def people_list(request: HttpRequest) -> HttpResponse:
    _permit(request, VIEW)
    people = User.objects.order_by("-is_active", "username").prefetch_related("groups")
    page = Paginator(people, PEOPLE_ON_A_PAGE).get_page(request.GET.get("page", "1"))
    rows = [{"person": person, "role": role_of(person)} for person in page]
    return render(request, "dashboard/people.html", {"page": page, "rows": rows})


@require_http_methods(["GET", "POST"])
def person_new(request: HttpRequest) -> HttpResponse:
    _permit(request, ADD)
    form = NewPersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = add_person(form.cleaned_data["username"], Role(form.cleaned_data["role"]))
        return _invitation(request, person)
    status = 422 if form.is_bound else 200
    return render(request, "dashboard/person_new.html", {"form": form}, status=status)


@require_safe
def person_detail(request: HttpRequest, pk: int) -> HttpResponse:
    _permit(request, VIEW)
    return _page(request, get_object_or_404(User, pk=pk))


@require_POST
def person_role(request: HttpRequest, pk: int) -> HttpResponse:
    person = _another(request, pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return _page(request, person, form)
    change_role(person, Role(form.cleaned_data["role"]))
    messages.success(request, f"{person} is {form.cleaned_data['role']} from now on.")
    return redirect("people:detail", pk)


@require_POST
def person_deactivate(request: HttpRequest, pk: int) -> HttpResponse:
    person = _another(request, pk)
    deactivate(person)
    messages.success(request, f"{person} can no longer come in: sessions and API keys have ended.")
    return redirect("people:detail", pk)


@require_POST
def person_activate(request: HttpRequest, pk: int) -> HttpResponse:
    """Reactivate a user, whose sessions and password ended with the deactivation."""
    person = _another(request, pk)
    activate(person)
    return _invitation(request, person)


@require_POST
def person_invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Create an invitation for a user who has no password, or forgot it."""
    _permit(request, CHANGE)
    return _invitation(request, get_object_or_404(User, pk=pk, is_active=True))


@never_cache
def _invitation(request: HttpRequest, person: User) -> HttpResponse:
    context = {"person": person, "link": invitation_link(person)}
    return render(request, "dashboard/invitation_made.html", context)


def _page(request: HttpRequest, person: User, form: RoleForm | None = None) -> HttpResponse:
    role = role_of(person)
    context = {
        "person": person,
        "role": role,
        "form": form or RoleForm(initial={"role": role}),
        "is_oneself": person.pk == request.user.pk,
        "api_keys": person.api_keys.select_related("role"),
    }
    return render(request, "dashboard/person.html", context, status=422 if form else 200)


def _permit(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def _another(request: HttpRequest, pk: int) -> User:
    """Return the user, who can't be oneself: admins who demote themselves might leave the site without one."""
    _permit(request, CHANGE)
    if request.user.pk == pk:
        raise PermissionDenied
    return get_object_or_404(User, pk=pk)
