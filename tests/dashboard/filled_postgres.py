"""A PostgreSQL database as `make run` fills it, without a server: with demo data, the first admin and a key."""

import subprocess
import sys
from pathlib import Path

from tests.browser.site import ROOT, STARTING_S, environment, key_files, prepare

FILL = """
from django.core.management import call_command
from dashboard.people import ensure_first_admin
from personas.demo_data import load_demo_data
load_demo_data()
ensure_first_admin()
call_command("create_api_key", "the tests")
"""


def fill(url: str, data: Path) -> str:
    """Fill a database that has its tables and nothing else, and prepare the data folder of the servers that use it.

    Return an API key of the first admin.
    """
    prepare(data)
    filled = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", FILL],
        cwd=ROOT,
        env={**environment(data), **key_files(data), "DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=True,
        timeout=STARTING_S,
    )
    return filled.stdout.splitlines()[-1]
