"""The access table for the test of permissions: which callers may use which method of which address.

A route without a row here fails `test_permissions.py`.
"""

from enum import StrEnum


class Caller(StrEnum):
    ANONYMOUS = "anonymous"
    NO_ROLE = "no role, but is_staff"
    VIEWER = "viewer"
    EDITOR = "editor"
    SECRET_MANAGER = "secret manager"
    ADMIN = "admin"
    SUPERUSER = "superuser"


Callers = frozenset[Caller]

NOBODY: Callers = frozenset()
ADMINS = frozenset({Caller.ADMIN, Caller.SUPERUSER})
EDITORS = ADMINS | {Caller.EDITOR}
SECRET_MANAGERS = ADMINS | {Caller.SECRET_MANAGER}
INSPECTING = EDITORS | SECRET_MANAGERS
VIEWERS = INSPECTING | {Caller.VIEWER}
SIGNED_IN = VIEWERS | {Caller.NO_ROLE}
EVERYONE = SIGNED_IN | {Caller.ANONYMOUS}

Row = dict[str, Callers]
"""The allowed callers by method; a missing method gets 405."""


def read(callers: Callers) -> Row:
    return {"GET": callers}


def post(callers: Callers) -> Row:
    return {"POST": callers}


def form(callers: Callers) -> Row:
    return {"GET": callers, "POST": callers}


PUBLIC: dict[str, Row] = {
    "sign-in/": form(EVERYONE),
    "sign-in/link/<str:token>/": read(EVERYONE),
    "account/invitation/<str:uidb64>/<str:token>/": form(EVERYONE),
    "health/": read(EVERYONE),
}
"""Addresses without a sign-in."""

PAGES: dict[str, Row] = {
    "": read(SIGNED_IN),
    "sign-out/": post(SIGNED_IN),
    "account/": form(SIGNED_IN),
    "docs/wire/": read(SIGNED_IN),
    "palette/": read(SIGNED_IN),
    "people/": read(ADMINS),
    "people/new/": form(ADMINS),
    "people/<int:pk>/": read(ADMINS),
    "people/<int:pk>/role/": post(ADMINS),
    "people/<int:pk>/invite/": post(ADMINS),
    "people/<int:pk>/deactivate/": post(ADMINS),
    "people/<int:pk>/activate/": post(ADMINS),
    "personas/": read(VIEWERS),
    "personas/new/": form(EDITORS),
    "personas/import/": form(EDITORS),
    "personas/check-text/": post(VIEWERS),
    "personas/export/": read(VIEWERS),
    "personas/preview/": post(VIEWERS),
    "personas/<str:persona_id>/": {"GET": VIEWERS, "POST": EDITORS},
    "personas/<str:persona_id>/delete/": form(EDITORS),
    "personas/<str:persona_id>/duplicate/": form(EDITORS),
    "personas/<str:persona_id>/keep/": post(EDITORS),
    "personas/<str:persona_id>/archive/": post(EDITORS),
    "personas/<str:persona_id>/bring-back/": post(EDITORS),
    "personas/<str:persona_id>/undo-delete/": post(EDITORS),
    "personas/<str:persona_id>/export/": read(VIEWERS),
    "personas/<str:persona_id>/export/file/": read(VIEWERS),
    "personas/<str:persona_id>/versions/": read(VIEWERS),
    "personas/<str:persona_id>/versions/compare/": read(VIEWERS),
    "personas/<str:persona_id>/versions/<int:number>/restore/": post(EDITORS),
    "fillers/": read(VIEWERS),
    "fillers/new/": form(EDITORS),
    "fillers/preview/": post(VIEWERS),
    "fillers/<int:pk>/": {"GET": VIEWERS, "POST": EDITORS},
    "fillers/<int:pk>/delete/": form(EDITORS),
    "token-secrets/<str:name>/": read(SECRET_MANAGERS),
    "playground/": read(VIEWERS),
    "playground/start/": post(VIEWERS),
    "playground/save-and-talk/": post(EDITORS),
    "playground/try/": post(EDITORS),
    "playground/paste/": post(EDITORS),
    "playground/check-connection/": post(EDITORS),
    "playground/check-endpoint/": post(EDITORS),
    "playground/<str:conversation_id>/check/": post(VIEWERS),
    "playground/measured/first-audio/": read(VIEWERS),
    "playground/measured/filler/<int:pk>/": read(VIEWERS),
    "playground/measured/persona/<str:persona_id>/": read(VIEWERS),
    "playground/turns/<str:turn_id>/request/": read(VIEWERS),
    "playground/turns/<str:turn_id>/request/code/": read(VIEWERS),
    "playground/turns/<str:turn_id>/request/differences/": read(VIEWERS),
    "playground/turns/<str:turn_id>/histories/": read(VIEWERS),
    "playground/turns/<str:turn_id>/stream/": read(VIEWERS),
    "playground/turns/<str:turn_id>/mock/": post(EDITORS),
    "playground/turns/<str:turn_id>/timeline/": read(VIEWERS),
    "playground/<str:conversation_id>/": read(VIEWERS),
    "playground/<str:conversation_id>/again/": post(VIEWERS),
    "playground/<str:conversation_id>/go-on/": post(VIEWERS),
    "conversations/": read(VIEWERS),
    "conversations/<str:conversation_id>/": read(VIEWERS),
    "conversations/selected/": post(VIEWERS),
    "conversations/undo/": post(VIEWERS),
    "conversations/<str:conversation_id>/end/": post(VIEWERS),
    "conversations/<str:conversation_id>/name/": form(VIEWERS),
    "conversations/<str:conversation_id>/keep/": post(VIEWERS),
    "conversations/<str:conversation_id>/delete/": post(VIEWERS),
    "conversations/<str:conversation_id>/export/": read(VIEWERS),
    "inspectors/": read(INSPECTING),
    "inspectors/new/": form(INSPECTING),
    "inspectors/public-address/": read(INSPECTING),
    "inspectors/<str:inspector_id>/": read(INSPECTING),
    "inspectors/<str:inspector_id>/edit/": form(INSPECTING),
    "inspectors/<str:inspector_id>/key/": post(SECRET_MANAGERS),
    "inspectors/<str:inspector_id>/keep/": post(INSPECTING),
    "inspectors/<str:inspector_id>/delete/": form(INSPECTING),
    "inspectors/<str:inspector_id>/requests/<int:number>/": read(INSPECTING),
    "inspectors/<str:inspector_id>/requests/<int:number>/body/": read(INSPECTING),
    "inspectors/<str:inspector_id>/requests/<int:number>/answer/": read(INSPECTING),
    "inspectors/<str:inspector_id>/requests/<int:number>/timeline/": read(INSPECTING),
    "inspectors/<str:inspector_id>/requests/<int:number>/compare/": read(INSPECTING),
    "inspectors/<str:inspector_id>/requests/<int:number>/replay/": post(INSPECTING),
    "inspectors/<str:inspector_id>/requests/<int:number>/persona/": post(EDITORS),
    "inspectors/<str:inspector_id>/requests/<int:number>/conversation/": post(INSPECTING),
    "inspectors/<str:inspector_id>/requests/<int:number>/delete/": post(INSPECTING),
    "callbacks/": read(VIEWERS),
    "callbacks/keys/": form(VIEWERS),
    "callbacks/keys/stop/": post(VIEWERS),
    "callbacks/<str:webhook_id>/again/": post(VIEWERS),
}
"""Pages: they redirect to the sign-in, and answer 403 without the permission."""

API: dict[str, Row] = {
    "v2/personas": {"GET": VIEWERS, "POST": EDITORS},
    "v2/personas/<persona_id>": {"GET": VIEWERS, "PATCH": EDITORS, "DELETE": EDITORS},
    "v2/pals": {"GET": VIEWERS, "POST": EDITORS},
    "v2/pals/<pal_id>": {"GET": VIEWERS, "PATCH": EDITORS, "DELETE": EDITORS},
    "v2/conversations": {"GET": VIEWERS, "POST": VIEWERS},
    "v2/conversations/<conversation_id>": {"GET": VIEWERS, "DELETE": VIEWERS},
    "v2/conversations/<conversation_id>/end": post(VIEWERS),
    "v2/greenroom/conversations/<conversation_id>/respond": post(VIEWERS),
    "v2/greenroom/callbacks": read(VIEWERS),
    "v2/greenroom/callbacks/<webhook_id>/again": post(VIEWERS),
}
"""The API: needs a key; 401 without one, or with only a session."""

ADMIN: dict[str, Row] = {
    "admin/": form(VIEWERS),
    "admin/logout/": post(VIEWERS),
    "admin/password_change/": form(VIEWERS),
    "admin/password_change/done/": read(VIEWERS),
    "admin/autocomplete/": read(NOBODY),
    "admin/jsi18n/": read(VIEWERS),
    "admin/auth/user/<id>/password/": form(ADMINS),
    r"admin/^(?P<app_label>auth|axes|dashboard|playground|personas)/$": form(VIEWERS),
}
"""The admin's pages apart from its models. Autocomplete is never allowed; Django's own pages accept any method."""

ADMIN_MODELS: dict[str, dict[str, Callers]] = {
    "auth/group": {"view": ADMINS, "add": ADMINS, "change": ADMINS, "delete": ADMINS},
    "auth/user": {"view": ADMINS, "add": ADMINS, "change": ADMINS, "delete": ADMINS},
    "axes/accessattempt": {"view": ADMINS, "add": NOBODY, "change": ADMINS, "delete": ADMINS},
    "axes/accesslog": {"view": ADMINS, "add": NOBODY, "change": ADMINS, "delete": ADMINS},
    "axes/accessfailurelog": {"view": ADMINS, "add": NOBODY, "change": ADMINS, "delete": ADMINS},
    "dashboard/apikey": {"view": ADMINS, "add": ADMINS, "change": ADMINS, "delete": ADMINS},
    "personas/persona": {"view": VIEWERS, "add": EDITORS, "change": EDITORS, "delete": EDITORS},
    "personas/personaversion": {"view": VIEWERS, "add": NOBODY, "change": NOBODY, "delete": NOBODY},
    "personas/fillerconfig": {"view": VIEWERS, "add": EDITORS, "change": EDITORS, "delete": EDITORS},
    "personas/tokensecret": {
        "view": SECRET_MANAGERS,
        "add": SECRET_MANAGERS,
        "change": SECRET_MANAGERS,
        "delete": SECRET_MANAGERS,
    },
    "playground/inspector": {"view": ADMINS, "add": NOBODY, "change": NOBODY, "delete": NOBODY},
    "playground/inspectedrequest": {"view": ADMINS, "add": NOBODY, "change": NOBODY, "delete": NOBODY},
    "playground/conversation": {"view": ADMINS, "add": NOBODY, "change": NOBODY, "delete": NOBODY},
    "playground/turn": {"view": ADMINS, "add": NOBODY, "change": NOBODY, "delete": NOBODY},
    "playground/completion": {"view": ADMINS, "add": NOBODY, "change": NOBODY, "delete": NOBODY},
}

ELSEWHERE = {
    "admin/login/": "leads to the site's own sign-in: test_admin",
    "admin/(?P<url>.*)$": "leads to an address with a slash, or nowhere",
    "admin/r/<path:content_type_id>/<path:object_id>/": "no model of this site has a page to lead to",
    "v2/": "nowhere: 404",
    "v2/openapi.json": "described in test_api_docs",
    "v2/docs": "described in test_api_docs",
    "demo/v1/chat/completions": "has a key of its own: test_demo_llm_api",
    "demo/v1/models": "has a key of its own: test_demo_llm_api",
    "demo/v1/<path:rest>": "has a key of its own: test_demo_llm_api",
}
"""Addresses without stored data, and where they are tested."""


def admin_rows() -> dict[str, Row]:
    """Return the rows of the pages that Django's admin creates per model."""
    rows = dict(ADMIN)
    for model, rights in ADMIN_MODELS.items():
        view, change = rights["view"], rights["change"]
        one = f"admin/{model}/<path:object_id>/"
        rows |= {
            f"admin/{model}/": {"GET": view, "POST": view},
            f"admin/{model}/add/": form(rights["add"]),
            f"{one}history/": read(view),
            f"{one}delete/": form(rights["delete"]),
            f"{one}change/": {"GET": view, "POST": change},
            one: read(VIEWERS),
        }
    return rows
