"""What the bench writes into a site's database by `manage.py shell`: users with keys, and rows in bulk."""

import json
import sys

from django.contrib.auth.models import User

from dashboard.api_keys import make_key
from dashboard.people import ensure_first_admin
from dashboard.roles import Role, group_of
from personas.models import Persona, PersonaVersion
from personas.saving import save_persona
from playground.models import Conversation


def print_keys(count: int) -> None:
    """Make as many admins with a key each, and print the keys as JSON: no user's limits hold the others up."""
    ensure_first_admin()
    keys = []
    for number in range(count):
        user = User.objects.create_superuser(f"bench-{number}")
        keys.append(make_key("bench", user=user, role=group_of(Role.ADMIN), expires_at=None)[1])
    sys.stdout.write(json.dumps(keys) + "\n")


def add_personas(count: int) -> None:
    for number in range(count):
        save_persona(
            Persona(persona_name=f"Persona {number}", system_prompt="You are brief."), by=None, note=""
        )


def add_conversations(count: int, username: str) -> None:
    owner = User.objects.get(username=username)
    versions = list(PersonaVersion.objects.all()[:100])
    conversations = (
        Conversation(
            owner=owner,
            persona_version=versions[number % len(versions)],
            conversation_name=f"Conversation {number}",
        )
        for number in range(count)
    )
    Conversation.objects.bulk_create(conversations, batch_size=500)
