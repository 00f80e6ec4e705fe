"""Filler configs: the list, the form, the deletion."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from personas.forms.filler_config import FillerConfigForm
from personas.models import FillerConfig, Persona
from personas.saving import save_filler_config
from personas.tidying import purge_deleted
from personas.views.access import filler_config_or_404, permitted
from personas.views.filler_preview import filler_context

CONFIGS_ON_A_PAGE = 30
USERS_SHOWN = 50


@require_GET
def filler_list(request: HttpRequest) -> HttpResponse:
    permitted(request, "personas.view_fillerconfig")
    of_config = Persona.objects.filter(filler_config=OuterRef("pk")).order_by().values("filler_config")
    configs = FillerConfig.objects.order_by("name", "pk").annotate(
        used_by=Coalesce(Subquery(of_config.annotate(users=Count("pk")).values("users")), 0)
    )
    page = Paginator(configs, CONFIGS_ON_A_PAGE).get_page(request.GET.get("page", "1"))
    return render(request, "personas/fillers/filler_list.html", {"page": page})


@require_http_methods(["GET", "POST"])
def filler_new(request: HttpRequest) -> HttpResponse:
    user = permitted(request, "personas.add_fillerconfig")
    return _edit(request, FillerConfigForm(request.POST or None), user)


@require_http_methods(["GET", "POST"])
def filler_edit(request: HttpRequest, pk: int) -> HttpResponse:
    config = filler_config_or_404(request, pk, "personas.view_fillerconfig")
    if request.method == "POST":
        permitted(request, "personas.change_fillerconfig")
    form = FillerConfigForm(request.POST or None, instance=config)
    return _edit(request, form, permitted(request, "personas.view_fillerconfig"))


@require_http_methods(["GET", "POST"])
def filler_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a config; one that personas use stays, and the page names them."""
    config = filler_config_or_404(request, pk, "personas.delete_fillerconfig")
    if request.method == "POST":
        purge_deleted(timezone.now())
    users = Persona.including_deleted.filter(filler_config=config).count()
    if request.method == "POST" and not users:
        name = config.name
        config.delete()
        messages.success(request, f"{name} is deleted.")
        return redirect("fillers:list")
    context = {
        "config": config,
        "users": Persona.including_deleted.filter(filler_config=config)[:USERS_SHOWN],
        "count": users,
    }
    status = HTTPStatus.CONFLICT if request.method == "POST" else HTTPStatus.OK
    return render(request, "personas/fillers/filler_delete.html", context, status=status)


def _edit(request: HttpRequest, form: FillerConfigForm, user: User) -> HttpResponse:
    if request.method == "POST" and not request.POST.get("show") and form.is_valid():
        try:
            config = form.save(commit=False)
            save_filler_config(config, by=user)
        except IntegrityError:
            # Another user saved the same name between the check and the insert; a second check reports it.
            form = FillerConfigForm(request.POST, instance=FillerConfig(pk=form.instance.pk))
            form.is_valid()
        else:
            messages.success(request, f"{config.name} is saved.")
            return redirect("fillers:edit", config.pk)
    config = form.instance if form.instance.pk else None
    context = {
        "form": form,
        "config": config,
        "may_save": not config or request.user.has_perm("personas.change_fillerconfig"),
        "users": config.personas.all()[:USERS_SHOWN] if config else [],
        "unsaved": [form[name].label for name in form.changed_data] if form.is_bound else [],
    } | filler_context(form, request.POST if request.method == "POST" else request.GET)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "personas/fillers/filler_form.html", context, status=status)
