"""Hides secrets in the error reports of views that take one, even on Django's page under DEBUG."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.debug import SafeExceptionReporterFilter
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, Rest], HttpResponseBase]


class HidingReporterFilter(SafeExceptionReporterFilter):
    """Also hides a typed secret under DEBUG, where Django's own filter is off."""

    def is_active(self, request: HttpRequest | None) -> bool:
        return True


def takes_secrets(*fields: str) -> Callable[[View[Rest]], View[Rest]]:
    """Decorate a view: an error report shows neither these POST fields nor any local variable."""

    def decorate(view: View[Rest]) -> View[Rest]:
        @sensitive_variables()
        @sensitive_post_parameters(*fields)
        @wraps(view)
        def wrapper(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
            request.exception_reporter_filter = HidingReporterFilter()
            return view(request, *args, **kwargs)

        return wrapper

    return decorate
