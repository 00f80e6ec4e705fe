"""The file of an installation's keys: lines like those of `make keys`, kept apart from the backups of its data."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from dashboard import environment
from dashboard.backups.errors import BackupError
from dashboard.backups.private_files import private_file

_PARSERS: dict[str, Callable[[str], Any]] = {
    "SECRET_KEY": environment.secret_key,
    "ENCRYPTION_KEYS": environment.fernet_keys,
    "DEMO_LLM_KEY": environment.demo_key,
}
APART = (
    "Keep it apart from the backup of the data: whoever has both can read every token secret, "
    "and without it the restored secrets can't be read at all."
)


@dataclass(frozen=True, slots=True)
class Keys:
    secret_key: str
    encryption_keys: tuple[str, ...]
    demo_llm_key: str

    def __repr__(self) -> str:
        return "Keys(***)"

    def by_setting(self) -> dict[str, str]:
        """Return the texts of the three settings."""
        return {
            "SECRET_KEY": self.secret_key,
            "ENCRYPTION_KEYS": ",".join(self.encryption_keys),
            "DEMO_LLM_KEY": self.demo_llm_key,
        }


def keys_in_use() -> Keys:
    return Keys(settings.SECRET_KEY, tuple(settings.ENCRYPTION_KEYS), settings.DEMO_LLM_KEY)


def write_keys(path: Path, keys: Keys) -> None:
    """Write a new file that its owner alone may read. Raises OSError."""
    lines = "".join(f"{name}={value}\n" for name, value in keys.by_setting().items())
    _write_private(path, lines)


def read_keys(path: Path) -> Keys:
    """Return the keys of the file. Raises BackupError, which never repeats what is in it, and OSError."""
    try:
        lines = [line.partition("=") for line in path.read_text().splitlines() if line.strip()]
    except UnicodeDecodeError:
        raise _no_keys(path) from None
    texts = {name.strip(): value.strip() for name, _, value in lines}
    if texts.keys() != _PARSERS.keys():
        raise _no_keys(path)
    try:
        values = {name: parse(texts[name]) for name, parse in _PARSERS.items()}
    except environment.WrongValueError:
        raise _no_keys(path) from None
    if not values["ENCRYPTION_KEYS"]:
        raise _no_keys(path)
    return Keys(values["SECRET_KEY"], tuple(values["ENCRYPTION_KEYS"]), values["DEMO_LLM_KEY"])


def place_keys(folder: Path, keys: Keys) -> None:
    """Write the keys as a development server's own, one file each, into a new folder. Raises OSError."""
    folder.mkdir(mode=0o700)
    for name, value in (keys.by_setting() | {"ENCRYPTION_KEYS": "\n".join(keys.encryption_keys)}).items():
        _write_private(folder / name.lower(), value + "\n")


def _write_private(path: Path, text: str) -> None:
    with private_file(path) as file:
        file.write(text.encode())


def _no_keys(path: Path) -> BackupError:
    return BackupError(f"{path} holds no keys: expected the lines that manage.py backup --keys writes.")
