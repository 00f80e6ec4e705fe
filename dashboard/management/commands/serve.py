"""`manage.py serve`: the site on one address, with Daphne or uvicorn."""

from argparse import ArgumentParser
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage, staticfiles_storage
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from dashboard import lifetime
from dashboard.data_lock import DataInUseError, share
from dashboard.forced_exit import end_unless_stopped
from dashboard.open_connections import allow_open_files
from dashboard.site_address import remember_site_url, sign_in_link
from dashboard.sqlite import create_no_file

UVICORN_PACKAGES = ("uvicorn", "uvloop", "websockets")
"""The packages of requirements-uvicorn.txt that are imported."""


class Command(BaseCommand):
    help = "Serves the site. On SIGTERM or Ctrl+C open turns are stored before it ends."
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="the address to listen at (127.0.0.1)")
        parser.add_argument("--port", type=int, default=settings.PORT, help="the port (the setting PORT)")
        parser.add_argument(
            "--server",
            choices=["daphne", "uvicorn"],
            default="daphne",
            help="uvicorn, which requirements-uvicorn.txt installs, takes a little less memory and CPU time (daphne)",
        )
        parser.add_argument("--collect", action="store_true", help="collect the static files first")
        parser.add_argument("--link", action="store_true", help="print a sign-in link once it listens")

    def handle(
        self, *args: Any, host: str, port: int, server: str, collect: bool, link: bool, **options: Any
    ) -> None:
        missing = [name for name in UVICORN_PACKAGES if server == "uvicorn" and find_spec(name) is None]
        if missing:
            raise CommandError(
                f"Packages of uvicorn are not installed ({', '.join(missing)} missing): "
                "run pip install -r requirements-uvicorn.txt."
            )
        share_data_folder()
        create_no_file()
        allow_open_files()
        if collect:
            call_command("collectstatic", verbosity=0, interactive=False)
        if not _static_files_stand():
            raise CommandError(
                "The static files are not collected yet: run manage.py collectstatic, or add --collect."
            )
        remember_site_url()

        def announce() -> None:
            self.stdout.write(f"\n  Greenroom is at {settings.SITE_URL}/")
            if link:
                self.stdout.write(f"  Sign in with this link, which works once:\n\n    {sign_in_link()}\n")
            self.stdout.write("  Ctrl+C stops it.")
            self.stdout.flush()

        end_unless_stopped(lifetime.stopping, settings.STOPPING_MS / 1000 + lifetime.FORCED_S)
        serve = _serve_with_daphne if server == "daphne" else _serve_with_uvicorn
        if not serve(host, port, announce):
            raise CommandError(f"Nothing can be served at {host}:{port}: the port is taken, or not allowed.")


def share_data_folder() -> None:
    """Lock the data folder as a server does, before anything is written to it. Raises CommandError."""
    try:
        share(settings.GREENROOM_DATA)
    except DataInUseError as error:
        raise CommandError(str(error)) from None


def _serve_with_daphne(host: str, port: int, on_ready: Callable[[], None]) -> bool:
    """Serve until the process is to end; return whether the server could listen."""
    # Imported here because the server installs Twisted's reactor, and the application sets up the whole site.
    from dashboard.asgi import application
    from dashboard.server import DrainingServer

    server = DrainingServer(application, host=host, port=port, on_ready=on_ready)
    server.run()
    return not server.abort_start


def _serve_with_uvicorn(host: str, port: int, on_ready: Callable[[], None]) -> bool:
    """Serve until the process is to end; return whether the server could listen."""
    # Imported here because its packages are optional, and the application sets up the whole site.
    from dashboard.asgi import application
    from dashboard.under_uvicorn.server import DrainingServer

    server = DrainingServer(application, host=host, port=port, on_ready=on_ready)
    server.run()
    return server.started


def _static_files_stand() -> bool:
    storage: object = staticfiles_storage
    return not isinstance(storage, ManifestStaticFilesStorage) or bool(storage.hashed_files)
