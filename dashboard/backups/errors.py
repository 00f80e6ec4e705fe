"""What stops a backup or a restore."""


class BackupError(Exception):
    """The message is a sentence for the operator."""
