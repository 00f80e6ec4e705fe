"""The page knows the close codes from the server: their numbers and which are final; by name, what it says of some."""

import json
import re
from html import unescape

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from playground.realtime.close_codes import CloseCode
from tests.js.test_js import SCRIPTS
from tests.playground.rehearsals import make_conversation


def test_the_page_carries_every_code(admin_client: Client, admin_user: User) -> None:
    conversation = make_conversation(admin_user)
    page = admin_client.get(reverse("playground:conversation", args=[conversation.pk])).content.decode()
    (carried,) = re.findall(r'data-close-codes="([^"]+)"', page)
    assert json.loads(unescape(carried)) == {
        str(code.value): {"name": code.name, "is_final": code.is_final} for code in CloseCode
    }


def test_the_scripts_name_codes_that_there_are() -> None:
    scripts = [(SCRIPTS / "playground" / name).read_text() for name in ("status.js", "socket.js")]
    keys_of_tables, compared = (
        re.compile(r"^  ([A-Z_]+): ", re.MULTILINE),
        re.compile(r'\bwhy [!=]== "([A-Z_]+)"'),
    )
    names = {
        name for script in scripts for named in (keys_of_tables, compared) for name in named.findall(script)
    }
    assert names >= {"SIGN_IN_AGAIN", "FAILED", "TRY_AGAIN_LATER"}
    assert names <= set(CloseCode.__members__)
