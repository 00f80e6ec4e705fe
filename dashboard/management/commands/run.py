"""`manage.py run`: sets up the data folder if needed, serves the site and prints a sign-in link (for `make run`)."""

import os
import socket
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.checks import Tags
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from dashboard import run_marker
from dashboard.management.commands.serve import share_data_folder
from dashboard.people import ensure_first_admin
from personas.demo_data import DemoData, load_demo_data

HOST = "127.0.0.1"
PORTS_TRIED = 50
LOOPBACK_AT_ANY_PORT = "127.0.0.1:*,localhost:*,[::1]:*"


class Command(BaseCommand):
    help = "Prepares the data folder, the keys, the database and its demo data, and serves on this machine."

    requires_system_checks = [Tags.security]  # the others are made by `serve`, which follows

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--debug", action="store_true", help="serve with Django's debug pages and unhashed files"
        )

    def handle(self, *args: Any, debug: bool, **options: Any) -> None:
        share_data_folder()
        self._say(f"Data folder: {settings.GREENROOM_DATA} (keys in keys/, the database in data/)")
        self._say("Database: migrating")
        call_command("migrate", verbosity=0, interactive=False)
        if load_demo_data() is DemoData.LOADED:
            self._say("Demo data: loaded into the empty database")
        admin = ensure_first_admin()
        if admin is not None:
            self._say(f"First admin: made, user name {admin.get_username()}, no password: a link signs in")
        port = self._free_port()
        environment = {**os.environ, **_serving_environment(port, debug=debug)}
        run_marker.leave(settings.GREENROOM_DATA, environment["SITE_URL"], os.environ)
        self._say(f"Server: starting at {HOST}:{port}")
        sys.stdout.flush()
        serve = [sys.executable, str(settings.BASE_DIR / "manage.py"), "serve", "--link"]
        if not debug:
            serve.append("--collect")
        os.execve(sys.executable, [*serve, "--host", HOST, "--port", str(port)], environment)

    def _say(self, step: str) -> None:
        self.stdout.write(f"  {step}")

    def _free_port(self) -> int:
        for port in range(settings.PORT, min(settings.PORT + PORTS_TRIED, 65536)):
            if _is_free(port):
                return port
            self._say(f"Port {port} is taken")
        raise CommandError(f"No free port from {settings.PORT} on: choose another with PORT=… make run.")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _serving_environment(port: int, *, debug: bool) -> dict[str, str]:
    """Return the serving process's environment: the created keys, this machine's hosts, the free port."""
    inherited = os.environ
    environment = {
        "DEBUG": "true" if debug else "false",
        "PORT": str(port),
        "SITE_URL": inherited.get("SITE_URL") or f"http://{HOST}:{port}",
        "ALLOWED_HOSTS": inherited.get("ALLOWED_HOSTS") or ",".join(settings.LOOPBACK_HOSTS),
        "CALLBACKS": inherited.get("CALLBACKS") or "true",
        "OUTBOUND_PRIVATE_HOSTS": inherited.get("OUTBOUND_PRIVATE_HOSTS") or LOOPBACK_AT_ANY_PORT,
    }
    for name in ("SECRET_KEY", "ENCRYPTION_KEYS", "DEMO_LLM_KEY"):
        if not inherited.get(name) and not inherited.get(f"{name}_FILE"):
            environment[f"{name}_FILE"] = str(settings.KEYS_DIR / name.lower())
    return environment
