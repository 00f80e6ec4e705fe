"""Admin pages of models whose name is unique."""

from typing import Any

from django.contrib import admin
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse


class UniqueNameAdmin(admin.ModelAdmin):
    """Shows a field error to the second of two users who save the same name at the same time."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except IntegrityError:
            # The other row is stored by now, so the form's own check finds it.
            return super().changeform_view(request, object_id, form_url, extra_context)
