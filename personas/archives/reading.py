"""Reads an archive's files into what can be stored, or refuses it with a reason for each wrong file."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from personas.archives import layout
from personas.archives.checking import document_problems, filler_config_problems
from personas.archives.layout import ArchiveRefusedError
from personas.formats.rules import printable
from personas.formats.tolerant import MAX_VALUES
from personas.names import SECRET_NAME
from playground.engine.addresses.address import AddressError, parse_host_entry
from playground.engine.json_types import Json
from playground.engine.user_json import LIMIT_DEPTH, UserJsonError, parse_user_json

MOST_REASONS = 50
"""How many wrong files a refusal names."""
_WRAPPING = 4
"""How much deeper a value stands in a file than in its field of the persona."""
_PERSONA_ID = re.compile(r"p[0-9a-z]{1,31}", re.ASCII)
_NO_ARCHIVE = f"This is no archive of Greenroom: it has no file {layout.MANIFEST}."
_KEYS = frozenset({"persona_id", "note", "is_trial", "is_archived", "document"})


@dataclass(frozen=True, slots=True)
class ArchivedSecret:
    name: str
    allowed_hosts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ArchivedPersona:
    """A persona as its file has it; ``file`` is the file's name."""

    file: str
    persona_id: str
    note: str
    is_trial: bool
    is_archived: bool
    document: Json


@dataclass(frozen=True, slots=True)
class Archive:
    """All that an archive contains, checked."""

    secrets: tuple[ArchivedSecret, ...]
    filler_configs: tuple[Json, ...]
    personas: tuple[ArchivedPersona, ...]


def read_archive(files: Mapping[str, bytes]) -> Archive:
    """Read an archive's files by their names. Raises ArchiveRefusedError with each wrong file."""
    if layout.MANIFEST not in files:
        raise ArchiveRefusedError(_NO_ARCHIVE)
    reading = _Reading(files)
    reading.check_manifest()
    archive = Archive(
        tuple(reading.secrets()),
        tuple(reading.filler_configs()),
        tuple(reading.personas()),
    )
    if reading.reasons:
        shown, hidden = reading.reasons[:MOST_REASONS], len(reading.reasons[MOST_REASONS:])
        raise ArchiveRefusedError(*shown, *([f"{hidden} more files are refused."] if hidden else []))
    return archive


class _Reading:
    """The reading of one archive, which collects why files are refused."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files
        self.reasons: list[str] = []

    def check_manifest(self) -> None:
        """Raise ArchiveRefusedError for what this version can't read."""
        manifest = self._json(layout.MANIFEST)
        if not isinstance(manifest, dict) or manifest.get("format") != layout.FORMAT:
            raise ArchiveRefusedError(_NO_ARCHIVE)
        version = manifest.get("version")
        if type(version) is not int or version < 1:
            raise ArchiveRefusedError(
                "The archive is damaged: greenroom.json names no version of its format. Export it again."
            )
        if version > layout.FORMAT_VERSION:
            raise ArchiveRefusedError(
                "The archive was made by a newer version of Greenroom: bring this one up to date, then import it."
            )

    def secrets(self) -> Iterator[ArchivedSecret]:
        for number, secret in enumerate(self._list(layout.SECRETS), start=1):
            if problem := _secret_problem(secret):
                self._refuse(layout.SECRETS, f"Entry {number}: {problem}")
                continue
            yield ArchivedSecret(secret["name"], tuple(secret["allowed_hosts"]))

    def filler_configs(self) -> Iterator[Json]:
        for number, config in enumerate(self._list(layout.FILLERS), start=1):
            for problem in filler_config_problems(config):
                self._refuse(layout.FILLERS, f"Entry {number}: {problem}")
                break
            else:
                yield config

    def personas(self) -> Iterator[ArchivedPersona]:
        for name in sorted(self._files):
            if not name.startswith(layout.FOLDER):
                continue
            content = self._json(name)
            if content is None:
                continue
            problems = _persona_problems(content)
            if problems:
                self._refuse(name, problems[0])
                continue
            yield ArchivedPersona(name, **content)

    def _list(self, name: str) -> list[Any]:
        content = self._json(name) if name in self._files else []
        if content is not None and not isinstance(content, list):
            self._refuse(name, "It is not a list.")
            return []
        return content or []

    def _json(self, name: str) -> Any:
        """Return the file's value; None, with the reason kept, if it is no JSON."""
        try:
            return parse_user_json(
                self._files[name].decode(),
                limit_bytes=layout.FILE_BYTES,
                limit_depth=LIMIT_DEPTH + _WRAPPING,
                limit_values=MAX_VALUES,
            )
        except UnicodeDecodeError:
            self._refuse(name, "The file is not UTF-8.")
        except UserJsonError as error:
            self._refuse(name, error.message)
        return None

    def _refuse(self, name: str, reason: str) -> None:
        self.reasons.append(f"{printable(name)}: {reason}")


def _persona_problems(content: Any) -> list[str]:
    if not isinstance(content, dict) or content.keys() != _KEYS:
        return [f"It has other keys than a persona's file: {', '.join(sorted(_KEYS))}."]
    if not isinstance(content["persona_id"], str) or not _PERSONA_ID.fullmatch(content["persona_id"]):
        return ["persona_id is no id of a persona."]
    if not isinstance(content["note"], str) or len(content["note"]) > 200:
        return ["The note is no text of at most 200 characters."]
    if not all(isinstance(content[key], bool) for key in ("is_trial", "is_archived")):
        return ["is_trial and is_archived are true or false."]
    if not isinstance(content["document"], dict):
        return ["The document is no object."]
    return document_problems(content["document"])


def _secret_problem(secret: Any) -> str:
    """Return what is wrong with an entry; empty if nothing is."""
    if not isinstance(secret, dict) or secret.keys() != {"name", "allowed_hosts"}:
        return "A token secret has a name and allowed_hosts here, and nothing else."
    name, hosts = secret["name"], secret["allowed_hosts"]
    if not isinstance(name, str) or not SECRET_NAME.fullmatch(name):
        return "The name has Latin letters, digits and underscores only, at most 64."
    if not isinstance(hosts, list) or not all(isinstance(host, str) for host in hosts):
        return "allowed_hosts is a list of texts."
    try:
        for host in hosts:
            parse_host_entry(host)
    except AddressError as error:
        return error.message
    return ""
