"""What an archive of personas contains.

    greenroom.json          {"format": "greenroom personas", "version": 1}
    token_secrets.json      [{"name", "allowed_hosts"}]: never a value
    filler_configs.json     [{"name", "fillerPhrase", "fillerPhrasesList", "activationDelayMs"}]
    personas/mert-p….json   {"persona_id", "note", "is_trial", "is_archived", "document"}

``document`` is the newest version's, as `playground.engine.persona_document` documents it, ``note`` that version's.
Equal personas give equal bytes: files stand in the order of their names, without times. Two things are the machine's
own: how zlib packs, and in which order the database returns the keys of JSON (PostgreSQL sorts them).
"""

from personas.formats.tolerant import MAX_CHARS
from playground.engine.limits import KIB, MIB

FORMAT = "greenroom personas"
FORMAT_VERSION = 1

MANIFEST = "greenroom.json"
SECRETS = "token_secrets.json"
FILLERS = "filler_configs.json"
FOLDER = "personas/"

ARCHIVE_BYTES = 64 * MIB
"""The largest archive that is read, packed. A page takes less: `dashboard.body_limits`."""
UNPACKED_BYTES = 128 * MIB
"""How much its files may have together, unpacked."""
MOST_FILES = 20_000
FILE_BYTES = MAX_CHARS
"""The largest file in it, unpacked."""
NAME_BYTES = 1 * KIB
"""The longest name of a file in it."""


class ArchiveRefusedError(ValueError):
    """Nothing was stored. ``reasons`` are sentences, each with the file that it is about."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons
