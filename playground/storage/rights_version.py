"""Reads the version of everyone's rights."""

from playground.models import RightsVersion
from playground.storage.prepared import PreparedSelect

_VERSION = PreparedSelect(lambda: RightsVersion.objects.values_list("version"))


def rights_version() -> str:
    """Return the version; empty if no right was ever lost."""
    row = _VERSION.first()
    return "" if row is None else str(row[0])
