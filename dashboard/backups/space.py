"""Free space on a disk, asked for before anything is written to it."""

import shutil
from pathlib import Path

from django.template.defaultfilters import filesizeformat

from dashboard.backups.errors import BackupError
from playground.engine.limits import MIB

SPARE_BYTES = 64 * MIB
"""What stays free for those who write beside."""


def shown(size: int) -> str:
    """Return a number of bytes for people."""
    return filesizeformat(size).replace("\xa0", " ")


def require_space(folder: Path, size: int) -> None:
    """Raise BackupError unless the folder's disk has room for this many bytes."""
    free = shutil.disk_usage(folder).free
    if free < size + SPARE_BYTES:
        raise BackupError(
            f"There is too little room in {folder}: {shown(size + SPARE_BYTES)} are needed, {shown(free)} are free."
        )
