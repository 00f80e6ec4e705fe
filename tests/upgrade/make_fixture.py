"""Make the stored database and the golden files: ``python -m tests.upgrade.make_fixture``.

To be run with the code whose data and bytes are to be kept, and not again to get a failing test green.
"""

import asyncio
import json
import os
import shutil
import signal
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from tests.upgrade import contents
from tests.upgrade.clients import Browser, Script
from tests.upgrade.goldens import collect
from tests.upgrade.served import (
    API_KEYS_FILE,
    DATABASE,
    GOLDEN,
    LLM_AT,
    Served,
    copy_database,
    running_llm_server,
    running_site,
    write_keys,
)
from tests.upgrade.talking import begin, step

STORED_S = 2.5
"""After which some of an answer that goes on is stored."""


def main() -> None:
    with running_llm_server() as llm, tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        write_keys(data)
        with running_site(data, llm) as site:
            _fill(site)
            os.kill(site.process_id, signal.SIGKILL)
        _store(data / "data" / "greenroom.sqlite3", site.llm_at)
    with running_llm_server() as llm, tempfile.TemporaryDirectory() as folder:
        copy_database(Path(folder), llm)
        with running_site(Path(folder), llm) as site:
            files = collect(site)
    shutil.rmtree(GOLDEN, ignore_errors=True)
    for name, text in files.items():
        (GOLDEN / name).parent.mkdir(parents=True, exist_ok=True)
        (GOLDEN / name).write_bytes(text.encode())


def _fill(site: Served) -> None:
    browser = Browser(site, site.link)
    for username, role in contents.PEOPLE.items():
        browser.post("/people/new/", {"username": username, "role": role})
    keys = {
        name: site.manage("create_api_key", name, "--role", role, "--user", user).splitlines()[-1]
        for name, (role, user) in contents.API_KEYS.items()
    }
    API_KEYS_FILE.write_text(json.dumps(keys, indent=2) + "\n")
    for name, (value, hosts) in contents.SECRETS.items():
        values = {"name": name, "value": value, "allowed_hosts": site.addressed(hosts)}
        browser.fill_in("/admin/personas/tokensecret/add/", values)
    browser.fill_in("/fillers/new/", contents.FILLER)
    _make_personas(site, browser, Script(site, keys["admin"]), Script(site, keys["edith"]))
    asyncio.run(_talk(site, Script(site, keys["admin"]), Script(site, keys["vera"])))


def _make_personas(site: Served, browser: Browser, admin: Script, editor: Script) -> None:
    for name, saves in contents.FORMS.items():
        path = "/personas/new/"
        for values in saves:
            typed = {field: site.addressed(value) for field, value in values.items()}
            path = browser.fill_in(path, {"persona_name": name} | typed)
    for document in contents.IMPORTS.values():
        browser.fill_in("/personas/import/", {"document": site.addressed(document)})
    editor.call("POST", "/v2/personas", site.addressed(contents.GHOST_DOCUMENT))
    ids = admin.persona_ids()
    admin.call("PATCH", f"/v2/personas/{ids[contents.PATCHED]}", contents.PATCH)
    browser.save(f"/personas/{ids[contents.REVERTED]}/versions/1/restore/", {})


async def _talk(site: Served, admin: Script, viewer: Script) -> None:
    ids = admin.persona_ids()
    for name, talk in contents.TALKS.items():
        conversation_id = begin(admin, ids[talk.persona], name, talk)
        for what, text in talk.steps:
            await step(admin, conversation_id, what, text)
    conversation_id = begin(viewer, ids["Tavus plain"], "another's", contents.TALKS["two turns"])
    await step(viewer, conversation_id, "say", "Hello")
    conversation_id = begin(admin, ids[contents.LEFT_OPEN], contents.OPEN_TALK, contents.TALKS["two turns"])
    async with admin.viewing(conversation_id) as client:
        await client.send("conversation.respond", text="Tell me a story.")
        await client.until("playground.delta")
        await asyncio.sleep(STORED_S)


def _store(path: Path, llm_at: str) -> None:
    DATABASE.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as made:
        for table in ("django_session", "django_admin_log", "dashboard_signinlink"):
            made.execute(f"DELETE FROM {table}")
        made.commit()
        made.execute("VACUUM INTO ?", (str(DATABASE),))
    with closing(sqlite3.connect(DATABASE)) as stored:
        stored.execute("PRAGMA journal_mode = DELETE")
    DATABASE.write_bytes(DATABASE.read_bytes().replace(llm_at.encode(), LLM_AT.encode()))


if __name__ == "__main__":
    main()
