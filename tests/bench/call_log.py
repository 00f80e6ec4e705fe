"""How long each page takes with many personas and conversations, in this process, without a server.

``python -m tests.bench.call_log 100000 2000`` (conversations, personas) in a data folder of its own
(``GREENROOM_DATA``), or at a ``DATABASE_URL``.
What is stored there already is kept and measured with.
"""

import os
import sys
import time
from statistics import median

import django

VISITS = 5
OWNER = "bench-call-log"
PAGES = (
    "/",
    "/conversations/",
    "/conversations/?sort=oldest",
    "/conversations/?sort=first-audio",
    "/conversations/?sort=dead-air",
    "/conversations/?sort=errors",
    "/conversations/?failed=1",
    "/conversations/?interrupted=1&tools=1",
    "/conversations/?slower=3000",
    "/conversations/?tag=night",
    "/conversations/?talked=day",
    "/conversations/?since=2000-01-01&until=2001-01-01",
    "/conversations/?q=Grandmother",
    "/conversations/?q=wolf+forest+wolf",
    "/conversations/?q=no+such+words",
    "/conversations/?q=stalled",
    "/conversations/?q=Conversation+99",
    "/conversations/?q=ab",
    "/personas/",
    "/personas/?sort=used",
    "/personas/?q=Persona+19",
    "/personas/new/",
    "/personas/import/",
    "/personas/export/",
    "/personas/{persona}/",
    "/personas/{persona}/versions/",
    "/personas/{persona}/versions/compare/?older=1&newer=1",
    "/personas/{persona}/export/",
    "/personas/{persona}/delete/",
    "/fillers/",
    "/fillers/new/",
    "/playground/",
    "/playground/measured/persona/{persona}/",
    "/playground/{conversation}/",
    "/conversations/{conversation}/",
    "/conversations/{conversation}/name/",
    "/conversations/{conversation}/export/?format=html",
    "/inspectors/",
    "/inspectors/new/",
    "/callbacks/",
    "/people/",
    "/people/new/",
    "/account/",
    "/palette/?q=Persona+19",
    "/docs/wire/",
    "/v2/docs",
    "/admin/",
    "/admin/personas/persona/",
    "/admin/personas/tokensecret/",
    "/admin/playground/conversation/",
    "/admin/playground/turn/",
)
"""Each page that a person opens, but for those of one inspected request, one filler config and one user."""


def main() -> None:
    count, personas = (int(each) for each in sys.argv[1:3])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    _fill(count, personas)
    _measure()


def _fill(count: int, personas: int) -> None:
    from django.contrib.auth.models import User
    from django.db import connection

    from personas.models import Persona, PersonaVersion
    from personas.saving import save_persona
    from playground.models import Conversation, ConversationTag
    from tests.bench.stored_talk import add_talk

    owner, _made = User.objects.get_or_create(username=OWNER, is_superuser=True, is_staff=True)
    for number in range(Persona.objects.count(), personas):
        save_persona(Persona(persona_name=f"Persona {number}", system_prompt="Be brief."), by=None, note="")
    began_s = time.perf_counter()
    if missing := max(0, count - Conversation.objects.count()):
        add_talk(missing, owner, list(PersonaVersion.objects.all()[:20]), turns=2)
    tagged = Conversation.objects.filter(owner=owner, tags=None)[:50]
    ConversationTag.objects.bulk_create(
        ConversationTag(conversation=each, owner=owner, name="night") for each in tagged
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")
    filled_s = time.perf_counter() - began_s
    sys.stdout.write(
        f"{connection.vendor}: {count:,} conversations, {personas:,} personas, filled in {filled_s:.0f} s\n"
    )


def _measure() -> None:
    import re
    from html import unescape

    from django.contrib.auth.models import User
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from playground.models import Conversation

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.get(username=OWNER))
    client.get(PAGES[0])
    newest = (
        Conversation.objects.filter(owner__username=OWNER)
        .select_related("persona_version")
        .latest("created_at")
    )
    ids = {"conversation": newest.pk, "persona": newest.persona_version.persona_ref}
    pages = [page.format(**ids) for page in PAGES]
    next_page = re.search(r'href="([^"]+)" rel="next"', client.get("/conversations/").content.decode())
    deep = f"/conversations/{unescape(next_page.group(1))}" if next_page else "/conversations/"
    for page in (*pages, deep):
        times_ms = []
        for _ in range(VISITS):
            began_s = time.perf_counter()
            response = client.get(page)
            times_ms.append((time.perf_counter() - began_s) * 1000)
            assert response.status_code == 200, page
        with CaptureQueriesContext(connection) as captured:
            client.get(page)
        slowest = max(captured.captured_queries, key=lambda query: float(query["time"]))
        sys.stdout.write(
            f"{page[:60]:60} {median(times_ms):7.1f} ms  {len(captured):3} queries, the slowest "
            f"{float(slowest['time']) * 1000:.0f} ms\n"
        )


if __name__ == "__main__":
    main()
