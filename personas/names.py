"""Names of token secrets and filler configs: how a name is normalised, and when two are the same."""

import unicodedata

SECRET_NAME_PATTERN = r"^[A-Za-z0-9_]+\Z"


def normalised_name(name: str) -> str:
    """The name in NFKC, without spaces around it, each run of spaces inside as one space."""
    return " ".join(unicodedata.normalize("NFKC", name).split())


def name_key(name: str) -> str:
    """What is compared: names with one key look the same to a reader, whatever their case or code points."""
    return unicodedata.normalize("NFKC", normalised_name(name).casefold())
