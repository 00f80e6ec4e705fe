"""Admin pages of models whose name is unique."""

from typing import Any

from django.contrib import admin
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse


class UniqueNameAdmin(admin.ModelAdmin):
    """Of two people who save one name at the same time, the second is told so at the field."""

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
            # The first one's row is there by now, so that the form's own check finds it.
            return super().changeform_view(request, object_id, form_url, extra_context)
