"""Locks the data folder: any number of servers share it, and a restore has it alone.

The lock is the kernel's, so it ends with its process, however that ends. Processes on other machines see it only where
the file system shares locks.
"""

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

logger = logging.getLogger(__name__)

FILE_NAME = "in-use.lock"
SERVERS_FILE_NAME = "servers.lock"


class DataInUseError(Exception):
    """The folder is locked in a way that excludes this use; the message is a sentence for the operator."""


def share(folder: Path) -> int:
    """Lock the folder for a server; return the file descriptor that holds the lock, until this process ends.

    Raises DataInUseError while a restore has it.
    """
    file = _open(folder)
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        raise DataInUseError(
            f"A restore is under way in {folder}: start the server when it has ended."
        ) from None
    except OSError as error:
        logger.warning("%s cannot be locked (%s): a restore won't see that it is in use", folder, error.errno)
    return file


def join_servers(folder: Path) -> bool:
    """Count this process among the folder's servers until it ends; return whether it is the only one.

    Call it once per process. False where files can't be locked: other servers may run.
    """
    file = os.open(folder / SERVERS_FILE_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            was_alone = True
        except BlockingIOError:
            was_alone = False
        fcntl.flock(file, fcntl.LOCK_SH)  # held exclusively for the moment between these two lines alone
    except OSError:
        return False
    return was_alone


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Lock the folder in the block. Raises DataInUseError while a server or another restore has it."""
    file = _open(folder)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DataInUseError(f"A server or a restore uses {folder}: stop it first.") from None
        yield
    finally:
        os.close(file)


def _open(folder: Path) -> int:
    return os.open(folder / FILE_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
