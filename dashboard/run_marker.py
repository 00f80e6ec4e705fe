"""The marker that `manage.py run` leaves in its data folder: other management commands then use its keys and address.

No command that serves reads it, and none whose environment has a server's settings.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

USUAL_DATA_FOLDER = Path(__file__).resolve().parent.parent / ".greenroom"
"""Where the data is unless GREENROOM_DATA says otherwise."""
FILE = "made-by-run"
SERVING_COMMANDS = frozenset({"runserver", "serve", "testserver"})
SERVER_SETTINGS = (
    "ALLOWED_HOSTS",
    "BEHIND_PROXY",
    "DATABASE_URL",
    "DEBUG",
    "DEMO_LLM_KEY",
    "ENCRYPTION_KEYS",
    "PORT",
    "REDIS_URL",
    "SECRET_KEY",
    "SITE_URL",
)
"""The settings that say where and how a server runs: with one of them in the environment no marker counts."""
RUN_SETTINGS = frozenset({"DEBUG", "PORT", "SITE_URL"})
"""The server settings with which a run still leaves its marker."""


def leave(data_folder: Path, site_url: str, environment: Mapping[str, str]) -> None:
    """Mark the folder as that of ``manage.py run``, which serves at this address.

    A run with a database or keys of the environment takes its folder's marker away: a command would have others.
    """
    marker = data_folder / FILE
    if any(_is_set(name, environment) for name in SERVER_SETTINGS if name not in RUN_SETTINGS):
        marker.unlink(missing_ok=True)
        return
    marker.write_text(f"{site_url}\n")


def command_settings(arguments: Sequence[str], environment: Mapping[str, str]) -> dict[str, str]:
    """Return the settings of a management command beside what `manage.py run` serves; none without a marker.

    ``arguments`` are those of the process, the name of the program first.
    """
    if len(arguments) < 2 or arguments[1] in SERVING_COMMANDS:
        return {}
    if any(_is_set(name, environment) for name in SERVER_SETTINGS):
        return {}
    marker = Path(environment.get("GREENROOM_DATA", "").strip() or USUAL_DATA_FOLDER).expanduser() / FILE
    try:
        return {"DEBUG": "true", "SITE_URL": marker.read_text().strip()}
    except OSError:
        return {}


def _is_set(name: str, environment: Mapping[str, str]) -> bool:
    return bool(environment.get(name, "").strip() or environment.get(f"{name}_FILE"))
