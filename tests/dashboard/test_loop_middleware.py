"""Middleware on the event loop: a request changes to a thread only for what blocks, and what blocks works."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.contrib.auth.models import User
from django.test import AsyncClient
from django.urls import reverse

from tests.dashboard.processes import DEPLOYED, manage

SIGN_IN = "/sign-in/"
Jobs = list[Callable[..., Any]]

UNDER_DJANGOS_NAMES = """
from importlib import import_module
from django.conf import settings
from django.core.checks import run_checks
ours = {path: import_module("dashboard.loop_middleware") for path in settings.MIDDLEWARE if "loop_middleware" in path}
base = {path: getattr(module, path.rpartition(".")[2]).__mro__[2] for path, module in ours.items()}
names = [f"{base[path].__module__}.{base[path].__name__}" if path in base else path for path in settings.MIDDLEWARE]
settings.MIDDLEWARE = names
print(len(ours), [problem.id for problem in run_checks(include_deployment_checks=True) if not problem.is_silenced()])
"""


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> Jobs:
    """The jobs given to threads so far."""
    run_in_executor = asyncio.BaseEventLoop.run_in_executor
    given: Jobs = []

    def run(loop: Any, executor: Any, work: Callable[..., Any], *args: Any) -> Any:
        given.append(work)
        return run_in_executor(loop, executor, work, *args)

    monkeypatch.setattr(asyncio.BaseEventLoop, "run_in_executor", run)
    return given


def get(client: AsyncClient, path: str) -> Any:
    return async_to_sync(client.get)(path)


def test_a_request_changes_threads_for_what_blocks_alone(user: User, jobs: Jobs) -> None:
    client = AsyncClient()
    client.force_login(user)
    get(client, "/health/")  # what the first request of a process loads
    counts = {}
    for path in ("/health/", reverse("personas:list")):
        jobs.clear()
        assert get(client, path).status_code == 200
        counts[path] = len(jobs)
    # Each: close_old_connections before and after; then the query, or the user and the view.
    assert counts == {"/health/": 3, reverse("personas:list"): 4}


def test_a_modified_session_is_stored(user: User) -> None:
    client = AsyncClient()
    page = get(client, SIGN_IN)
    assert settings.SESSION_COOKIE_NAME not in page.cookies
    user.set_password("of a good length")
    user.save()
    form = {"username": user.username, "password": "of a good length"}
    answer = async_to_sync(client.post)(SIGN_IN, form)
    assert settings.SESSION_COOKIE_NAME in answer.cookies
    assert get(client, reverse("personas:list")).status_code == 200


def test_a_form_without_a_token_is_refused(db: None) -> None:
    client = AsyncClient(enforce_csrf_checks=True)
    assert async_to_sync(client.post)(SIGN_IN, {}).status_code == 403
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)', get(client, SIGN_IN).text)
    assert token is not None
    answer = async_to_sync(client.post)(SIGN_IN, {"csrfmiddlewaretoken": token[1]})
    assert answer.status_code == 200


@pytest.mark.slow  # A process of its own.
def test_djangos_deployment_checks_pass_under_the_names_they_look_for(tmp_path: Path) -> None:
    checked = manage(tmp_path, DEPLOYED, "shell", "--no-imports", "-c", UNDER_DJANGOS_NAMES)
    assert checked.stdout.split() == ["8", "[]"], checked.stderr
