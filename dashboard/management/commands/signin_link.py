"""`manage.py signin_link`: prints a one-time sign-in link."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from dashboard.site_address import sign_in_link


class Command(BaseCommand):
    help = "Prints a link that signs in a user (the first admin, unless named) once, within fifteen minutes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", nargs="?", default="", help="the user name")

    def handle(self, *args: Any, user: str, **options: Any) -> None:
        self.stdout.write(sign_in_link(user))
