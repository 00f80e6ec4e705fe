"""Names of token secrets and filler configs: their normalisation, and when two count as the same."""

import re
import unicodedata

SECRET_NAME_PATTERN = r"^[A-Za-z0-9_]+\Z"
SECRET_NAME = re.compile(r"[A-Za-z0-9_]{1,64}")


def normalised_name(name: str) -> str:
    """Return the name in NFKC, without spaces around it, each run of spaces inside as one space."""
    return " ".join(unicodedata.normalize("NFKC", name).split())


def name_key(name: str) -> str:
    """Return the key for comparison: names with the same key look the same, whatever their case or code points."""
    return unicodedata.normalize("NFKC", normalised_name(name).casefold())
