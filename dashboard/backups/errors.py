"""What stops a backup or a restore."""


class BackupError(Exception):
    """The message is a sentence for the operator."""


def system_reason(error: OSError) -> str:
    """Return the operating system's reason, after the file if it names one: a write to a full disk names none."""
    reason = error.strerror or type(error).__name__
    return f"{error.filename}: {reason}" if error.filename else reason
