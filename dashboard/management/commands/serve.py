"""`manage.py serve`: the site on one address, with Daphne."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage, staticfiles_storage
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from dashboard.data_lock import DataInUseError, share
from dashboard.site_address import remember_site_url, sign_in_link


class Command(BaseCommand):
    help = "Serves the site with Daphne. On SIGTERM or Ctrl+C open turns are stored before it ends."
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="the address to listen at (127.0.0.1)")
        parser.add_argument("--port", type=int, default=settings.PORT, help="the port (the setting PORT)")
        parser.add_argument("--collect", action="store_true", help="collect the static files first")
        parser.add_argument("--link", action="store_true", help="print a sign-in link once it listens")

    def handle(self, *args: Any, host: str, port: int, collect: bool, link: bool, **options: Any) -> None:
        share_data_folder()
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

        # Imported here because the server installs Twisted's reactor, and the application sets up the whole site.
        from dashboard.asgi import application
        from dashboard.server import DrainingServer

        server = DrainingServer(application, host=host, port=port, on_ready=announce)
        server.run()
        if server.abort_start:
            raise CommandError(f"Nothing can be served at {host}:{port}: the port is taken, or not allowed.")


def share_data_folder() -> None:
    """Lock the data folder as a server does, before anything is written to it. Raises CommandError."""
    try:
        share(settings.GREENROOM_DATA)
    except DataInUseError as error:
        raise CommandError(str(error)) from None


def _static_files_stand() -> bool:
    storage: object = staticfiles_storage
    return not isinstance(storage, ManifestStaticFilesStorage) or bool(storage.hashed_files)
