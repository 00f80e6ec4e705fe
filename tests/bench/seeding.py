"""What the bench writes into a site's database by `manage.py shell`: users with keys, and rows in bulk."""

import json
import sys

from django.contrib.auth.models import User

from dashboard.api_keys import make_key
from dashboard.people import ensure_first_admin
from dashboard.roles import Role, group_of
from personas.models import Persona, PersonaVersion
from personas.saving import save_persona
from playground.models import Inspector
from tests.bench.stored_talk import add_talk


def print_keys(count: int) -> None:
    """Make as many admins with a key each, and print the keys as JSON: no user's limits hold the others up."""
    ensure_first_admin()
    keys = []
    for number in range(count):
        user = User.objects.create_superuser(f"bench-{number}")
        keys.append(make_key("bench", user=user, role=group_of(Role.ADMIN), expires_at=None)[1])
    sys.stdout.write(json.dumps(keys) + "\n")


def print_inspector(forward_url: str) -> None:
    """Make an inspector that passes on, and print its path."""
    maker = User.objects.filter(username__startswith="bench-").earliest("pk")
    inspector = Inspector.objects.create(
        maker=maker,
        name="Passes on",
        answer=Inspector.Answer.PASS_ON,
        forward_url=forward_url,
    )
    sys.stdout.write(inspector.path + "\n")


def add_personas(count: int) -> None:
    for number in range(count):
        save_persona(
            Persona(persona_name=f"Persona {number}", system_prompt="You are brief."), by=None, note=""
        )


def add_conversations(count: int, username: str) -> None:
    owner = User.objects.get(username=username)
    versions = list(PersonaVersion.objects.all()[:100])
    add_talk(count, owner, versions, turns=1)
