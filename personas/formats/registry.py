"""The registry of document formats. All code outside the platforms' modules asks here, by a platform's name."""

from personas.formats.jaicp_format import JaicpFormat
from personas.formats.platform_format import PlatformFormat
from personas.formats.tavus_format import TavusFormat

_formats: dict[str, PlatformFormat] = {}


def register(known: PlatformFormat) -> None:
    """Register a platform's format, replacing any of the same platform."""
    _formats[known.platform.name] = known


def unregister(name: str) -> None:
    """Remove a format. Raises KeyError if it isn't registered."""
    del _formats[name]


def formats() -> tuple[PlatformFormat, ...]:
    """Return every format, in the order in which pages offer them."""
    return tuple(_formats.values())


def format_named(name: str) -> PlatformFormat:
    """Return the format of this platform. Raises ValueError if there is none."""
    try:
        return _formats[name]
    except KeyError:
        raise ValueError(f"{name!r} is no platform with documents.") from None


def recognisers() -> tuple[PlatformFormat, ...]:
    """Return every format in the order of recognition: the last registered first."""
    return formats()[::-1]


# Tavus comes last: other formats may share the keys by which its documents are recognised.
register(TavusFormat())
register(JaicpFormat())
