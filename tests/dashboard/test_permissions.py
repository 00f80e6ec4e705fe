"""Every address of the site, by every caller and method, against the table in `access_table`."""

import re
from collections.abc import Callable
from http.cookies import SimpleCookie

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.test import Client
from django.urls import reverse

from dashboard.api_keys import make_key
from dashboard.roles import Role, group_of
from playground.connection_check import PreparedCheck
from playground.engine.connection_check import Observation
from playground.inspectors.replay import PreparedReplay, ReplayedAnswer
from playground.models import Conversation
from tests.dashboard.access_table import (
    API,
    ELSEWHERE,
    PAGES,
    PUBLIC,
    Caller,
    Row,
    admin_rows,
)
from tests.dashboard.roles import person
from tests.dashboard.routes import routes
from tests.dashboard.world import World

LET_IN, SIGN_IN, FORBIDDEN = "let in", "sent to sign in", "forbidden"
NO_KEY, NO_METHOD, NOT_FOUND = "no key", "no such method", "not found"
LEADS_TO_SIGN_IN = (reverse("sign-in") + "?next=", reverse("admin:login") + "?next=")
BY_STATUS = {401: NO_KEY, 403: FORBIDDEN, 404: NOT_FOUND, 405: NO_METHOD}
PAGE_METHODS = ("GET", "POST", "DELETE")
FORM_METHODS = ("GET", "POST")
API_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,  # Asks every address of the site in the name of each kind of caller.
]


def user_of(caller: Caller) -> User | None:
    match caller:
        case Caller.ANONYMOUS:
            return None
        case Caller.NO_ROLE:
            return User.objects.create_user("nobody", is_staff=True)
        case Caller.SUPERUSER:
            return User.objects.create_superuser("root")
        case _:
            return person(Role(caller))


WITH_A_PERSONA = (
    "playground/start/",
    "inspectors/<str:inspector_id>/requests/<int:number>/replay/",
    "inspectors/<str:inspector_id>/requests/<int:number>/conversation/",
)
POSTED = dict.fromkeys(WITH_A_PERSONA, lambda world: {"persona": world.pk("personas/persona")})


def outcome(answer: HttpResponseBase) -> str:
    if answer.headers.get("Location", "").startswith(LEADS_TO_SIGN_IN):
        return SIGN_IN
    return BY_STATUS.get(answer.status_code, LET_IN)


def expected(row: Row, caller: Caller, method: str, *, without_right: str, is_public: bool = False) -> str:
    is_told_at_once = is_public or (without_right == NO_KEY and method not in row)
    if caller is Caller.ANONYMOUS and not is_told_at_once:
        return without_right
    if method not in row:
        return NO_METHOD
    return LET_IN if caller in row[method] else FORBIDDEN


Ask = Callable[[str, str], HttpResponseBase]
AT_THE_ENDS = (Caller.ANONYMOUS, Caller.NO_ROLE, Caller.SUPERUSER)
"""Those who may nothing and everything: what no method of an address answers is alike for all callers in between."""


def differences(
    table: dict[str, Row],
    methods: tuple[str, ...],
    world: World,
    caller: Caller,
    ask: Ask,
    without_right: str,
) -> list[str]:
    """Return the responses that differ from the table; every request is rolled back."""
    different = []
    for route, row in table.items():
        for method in methods:
            if method not in row and caller not in AT_THE_ENDS:
                continue
            with undone():
                was = outcome(ask(method, route))
            should = expected(row, caller, method, without_right=without_right, is_public=route in PUBLIC)
            if was != should:
                different.append(f"{method} {world.address(route)} by {caller}: {was}, not {should}")
    return different


class undone:
    """Rolls back the block's changes to the database."""

    def __enter__(self) -> None:
        self._block = transaction.atomic()
        self._block.__enter__()

    def __exit__(self, *error: object) -> None:
        transaction.set_rollback(True)
        self._block.__exit__(None, None, None)


def test_every_address_has_its_row() -> None:
    tables = {**PUBLIC, **PAGES, **API, **admin_rows(), **ELSEWHERE}
    assert [route for route in routes() if route not in tables] == []
    assert [route for route in tables if route not in routes()] == []


@pytest.fixture(autouse=True)
def one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Use the test's own connection, whose transaction is undone, in place of the database thread's."""
    for module in ("playground.runner", "playground.storage.database_jobs", "playground.api.turn_stream"):
        monkeypatch.setattr(f"{module}.in_database_thread", sync_to_async)


@pytest.fixture(params=Caller, ids=str)
def caller(request: pytest.FixtureRequest) -> Caller:
    param: Caller = request.param
    return param


@pytest.fixture
def user(caller: Caller) -> User | None:
    return user_of(caller)


@pytest.fixture
def world(user: User | None) -> World:
    return World.of(user or User.objects.create_user("owner"))


@pytest.fixture
def ask(user: User | None, world: World) -> Ask:
    """Return a function that sends a request with the caller's session."""
    client = Client()
    if user is not None:
        client.force_login(user)
    cookies = client.cookies.output(header="")

    def send(method: str, route: str) -> HttpResponseBase:
        client.cookies = SimpleCookie(cookies)
        if method != "POST":
            return client.generic(method, world.address(route))
        data = POSTED[route](world) if route in POSTED else {}
        return client.post(world.address(route), data)

    return send


@pytest.fixture(autouse=True)
def nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request to an LLM would leave open what belongs to the event loop of the page's request."""

    async def observe(_prepared: PreparedCheck) -> Observation:
        return Observation(is_tls=True, is_own=False, sends_secret=False)

    async def replay(_prepared: PreparedReplay) -> ReplayedAnswer:
        return ReplayedAnswer()

    monkeypatch.setattr("playground.views.checks.observe", observe)
    monkeypatch.setattr("playground.views.inspectors.requests.replay", replay)


@pytest.fixture
def refusals_are_rendered_for_viewers_alone(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the page of a refusal empty for others: it is the same for each of hundreds of requests."""

    def empty(_request: HttpRequest, _template: str, _context: object, *, status: int) -> HttpResponse:
        return HttpResponse(status=status)

    if caller is not Caller.VIEWER:
        monkeypatch.setattr("dashboard.views.errors.render", empty)


def test_public_pages_let_in_whom_the_table_says(caller: Caller, world: World, ask: Ask) -> None:
    wrong = differences(PUBLIC, FORM_METHODS, world, caller, ask, SIGN_IN)
    assert not wrong, "\n".join(wrong)


@pytest.mark.usefixtures("refusals_are_rendered_for_viewers_alone")
def test_pages_let_in_whom_the_table_says(caller: Caller, world: World, ask: Ask) -> None:
    wrong = differences(PAGES, PAGE_METHODS, world, caller, ask, SIGN_IN)
    assert not wrong, "\n".join(wrong)


@pytest.fixture
def rendered_for_viewers_alone(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the admin's pages empty for others: who is let in is decided before. `test_odd_input` renders all."""
    if caller is not Caller.VIEWER:
        monkeypatch.setattr(SimpleTemplateResponse, "rendered_content", "")


@pytest.mark.ignore_template_errors  # Django's own page of a user's password asks for a field that isn't there.
@pytest.mark.usefixtures("rendered_for_viewers_alone", "refusals_are_rendered_for_viewers_alone")
def test_the_admin_lets_in_whom_the_table_says(caller: Caller, world: World, ask: Ask) -> None:
    for method in FORM_METHODS:
        rows = {route: row for route, row in admin_rows().items() if method in row}
        wrong = differences(rows, (method,), world, caller, ask, SIGN_IN)
        assert not wrong, "\n".join(wrong)


@pytest.fixture
def ask_api(user: User | None, world: World) -> Ask:
    """Return a function that sends a request with the caller's key, which has the widest role."""
    client = Client()
    headers = {}
    if user is not None:
        headers["x-api-key"] = make_key("all", user=user, role=group_of(Role.ADMIN))[1]

    def send(method: str, route: str) -> HttpResponseBase:
        body = "[]" if method == "PATCH" else '{"persona_id": "p000000000000", "text": "Hello"}'
        address = world.address(route)
        return client.generic(method, address, body, content_type="application/json", headers=headers)

    return send


def test_the_api_lets_in_whom_the_table_says(caller: Caller, world: World, ask_api: Ask) -> None:
    Conversation.objects.update(status=Conversation.Status.ENDED)  # so that no turn starts
    wrong = differences(API, API_METHODS, world, caller, ask_api, NO_KEY)
    assert not wrong, "\n".join(wrong)


def test_a_session_alone_is_refused_by_the_api(caller: Caller, world: World, ask: Ask) -> None:
    answers = {(method, route): outcome(ask(method, route)) for route, row in API.items() for method in row}
    assert set(answers.values()) == {NO_KEY}, answers


def test_no_form_is_taken_without_its_token() -> None:
    root = User.objects.create_superuser("root")
    world = World.of(root)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(root)
    posted = {
        route: strict.post(world.address(route)).status_code
        for route, row in {**PUBLIC, **PAGES, **admin_rows()}.items()
        if "POST" in row
    }
    assert {route for route, status in posted.items() if status != 403} == set()
    assert len(posted) > 60


OWNED = [
    (route, method)
    for table in (PAGES, API)
    for route, row in table.items()
    if "conversation_id" in route or "turn_id" in route
    for method in row
]
"""The routes of one user's own data."""
MADE_FOR_A_REQUEST = re.compile(r"[0-9a-f]{32}|[ct][0-9a-f]{12}|value=\"\w{64}\"|\"\w{64}\"")
"""Ids, and the token of a form."""


def test_another_users_row_is_answered_like_an_unknown_one() -> None:
    owner, bob = person(Role.ADMIN, "alice"), person(Role.ADMIN, "bob")
    world = World.of(owner)
    client = Client()
    client.force_login(bob)
    key = make_key("all", user=bob, role=group_of(Role.ADMIN))[1]

    def answer_to(method: str, route: str, address: str) -> tuple[int, str]:
        body = b'{"text": "Hello"}' if method == "POST" else b""
        headers = {"x-api-key": key} if route in API else {}
        with undone():
            answer = client.generic(method, address, body, content_type="application/json", headers=headers)
        text = answer.content.decode() if not answer.streaming else ""
        return answer.status_code, MADE_FOR_A_REQUEST.sub("…", text)

    assert len(OWNED) > 20
    for route, method in OWNED:
        foreign = world.address(route)
        unknown = re.sub(r"/([ct])[0-9a-f]{12}", r"/\g<1>000000000000", foreign)
        assert unknown != foreign
        answer = answer_to(method, route, foreign)
        assert answer == answer_to(method, route, unknown), f"{method} {route}"
        assert answer[0] == (400 if route in API else 404), f"{method} {route}"
        assert Conversation.objects.filter(status=Conversation.Status.ACTIVE).count() == 1
