"""Error reports of views that take a secret: it is hidden even on the page that Django shows under DEBUG."""

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
    """Django's own filter stands aside under DEBUG; a secret that was typed is hidden there too."""

    def is_active(self, request: HttpRequest | None) -> bool:
        return True


def takes_secrets(*fields: str) -> Callable[[View[Rest]], View[Rest]]:
    """For a view: a report of an error in it shows neither these POST fields nor any local variable."""

    def decorate(view: View[Rest]) -> View[Rest]:
        @sensitive_variables()
        @sensitive_post_parameters(*fields)
        @wraps(view)
        def wrapper(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
            request.exception_reporter_filter = HidingReporterFilter()
            return view(request, *args, **kwargs)

        return wrapper

    return decorate
