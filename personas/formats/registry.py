"""The formats of all platforms. Everything outside the platforms' modules asks here, by the name of a platform."""

from personas.formats.jaicp_format import JaicpFormat
from personas.formats.platform_format import PlatformFormat
from personas.formats.tavus_format import TavusFormat

_formats: dict[str, PlatformFormat] = {}


def register(known: PlatformFormat) -> None:
    """Make a platform's format known; one of the same platform is replaced."""
    _formats[known.platform.name] = known


def unregister(name: str) -> None:
    """Forget a format. Raises KeyError if it isn't known."""
    del _formats[name]


def formats() -> tuple[PlatformFormat, ...]:
    """Every format, in the order in which pages offer them."""
    return tuple(_formats.values())


def format_named(name: str) -> PlatformFormat:
    """The format of this platform. Raises ValueError if there is none."""
    try:
        return _formats[name]
    except KeyError:
        raise ValueError(f"{name!r} is no platform with documents.") from None


def recognisers() -> tuple[PlatformFormat, ...]:
    """Every format, in the order in which a pasted text is shown to them: the last one registered sees it first."""
    return formats()[::-1]


# Tavus is asked last: its documents are known by keys that others may have too.
register(TavusFormat())
register(JaicpFormat())
