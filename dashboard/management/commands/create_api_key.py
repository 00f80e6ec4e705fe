"""`manage.py create_api_key`: creates an API key and shows it once."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.checks import Tags
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from dashboard.api_keys import make_key
from dashboard.models import ApiKey
from dashboard.people import ensure_first_admin, find_person
from dashboard.roles import Role, group_of

NAME_CHARS = ApiKey._meta.get_field("name").max_length or 0
LONGEST_LIFE_DAYS = 3650


class Command(BaseCommand):
    help = "Makes an API key and prints it, alone on the last line. It cannot be shown again."

    requires_system_checks = [Tags.security]  # all others would load every page first

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="what the key is for")
        parser.add_argument(
            "--role",
            choices=[role.value for role in Role],
            default=Role.ADMIN,
            help="the most that the key may do (admin)",
        )
        parser.add_argument("--user", default="", help="to whom it belongs (the first admin)")
        parser.add_argument("--days", type=int, help="how long it works (until it is revoked)")

    def handle(self, *args: Any, name: str, role: str, user: str, days: int | None, **options: Any) -> None:
        name = name.strip()
        if not name or len(name) > NAME_CHARS:
            raise CommandError(f"The name of a key has 1 to {NAME_CHARS} characters.")
        if days is not None and not 1 <= days <= LONGEST_LIFE_DAYS:
            raise CommandError(
                f"A key works for 1 to {LONGEST_LIFE_DAYS} days, or without --days until revoked."
            )
        if not user:
            ensure_first_admin()
        owner = find_person(user)
        expires_at = timezone.now() + timedelta(days=days) if days else None
        stored, key = make_key(name, user=owner, role=group_of(role), expires_at=expires_at)
        until = (
            f"until {stored.expires_at:%Y-%m-%d %H:%M} UTC" if stored.expires_at else "until it is revoked"
        )
        self.stdout.write(
            f"The key {name!r} acts for {owner.get_username()} as {role}, {until}. It is shown this once:"
        )
        self.stdout.write(key)
