"""Error reports of views that take a secret."""

import sys

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.views.debug import ExceptionReporter
from pytest_django import Settings

from personas.error_reports import takes_secrets
from tests.personas.making import CANARY


@takes_secrets("key")
def broken(request: HttpRequest) -> HttpResponse:
    typed = request.POST["key"]
    inside(typed)
    return HttpResponse("fine")


def inside(value: str) -> None:
    if value == CANARY:
        raise RuntimeError("on purpose")


def report_of(request: HttpRequest) -> str:
    """Django's error page with the traceback, as it is shown or mailed."""
    try:
        broken(request)
    except RuntimeError:
        reporter = ExceptionReporter(request, *sys.exc_info())
        return f"{reporter.get_traceback_html()}\n{reporter.get_traceback_text()}"
    raise AssertionError("the view did not fail")


@pytest.mark.parametrize("debug", [True, False])
def test_neither_field_nor_local_variable_is_shown(settings: Settings, debug: bool) -> None:
    settings.DEBUG = debug
    report = report_of(RequestFactory().post("/try/", {"key": CANARY, "model": "gpt-4o"}))
    assert "on purpose" in report
    assert "gpt-4o" in report
    assert CANARY not in report


def test_the_view_answers_as_before() -> None:
    assert broken(RequestFactory().post("/try/", {"key": "another"})).status_code == 200
