"""Runs Python processes that read the settings again, in a given environment."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from cryptography.fernet import Fernet

from tests.settings import ENVIRONMENT

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT_S = 60

DEPLOYED = {
    "ALLOWED_HOSTS": "greenroom.example.org",
    "BEHIND_PROXY": "true",
    "DEMO_LLM_KEY": "sk-demo-of-a-deployed-site",
    "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    "SECRET_KEY": "f6Jw0yVn3kUqE8xTzB1mSgLr5hPdXa9oCi2NvQb7HtYe4KuMWlR-AjO_sIcGD",
    "SITE_URL": "https://greenroom.example.org",
}
"""The settings of a deployed server."""


def bare_environment(data: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """Return this machine's environment with only these settings."""
    inherited = {name: value for name, value in os.environ.items() if name not in ENVIRONMENT}
    inherited.pop("DJANGO_SETTINGS_MODULE", None)
    return {**inherited, "GREENROOM_DATA": str(data), **settings}


def manage(data: Path, settings: Mapping[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a management command; the caller checks its status and output."""
    return python(data, settings, "manage.py", *arguments)


def python(data: Path, settings: Mapping[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run this Python in the project's folder; the caller checks its status and output."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=bare_environment(data, settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
