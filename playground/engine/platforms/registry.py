"""The registry of platforms. All code outside this package asks here, by the name in rows and documents."""

from playground.engine.platforms.jaicp import Jaicp
from playground.engine.platforms.platform import Platform
from playground.engine.platforms.tavus import Tavus

_platforms: dict[str, Platform] = {}


def register(platform: Platform) -> None:
    """Register a platform, replacing any of the same name."""
    _platforms[platform.name] = platform


def unregister(name: str) -> None:
    """Remove a platform. Raises KeyError if it isn't registered."""
    del _platforms[name]


def platforms() -> tuple[Platform, ...]:
    """Return every platform, in the order in which pages offer them; the first is the default."""
    return tuple(_platforms.values())


def platform_named(name: str) -> Platform:
    """Return the platform of this name. Raises ValueError if there is none."""
    try:
        return _platforms[name]
    except KeyError:
        raise ValueError(f"{name!r} is no platform.") from None


def default_platform() -> Platform:
    return platforms()[0]


def default_platform_name() -> str:
    return default_platform().name


def platform_or_default(name: str) -> Platform:
    """Return the platform of a typed name, or the default for an unknown one."""
    return _platforms.get(name, default_platform())


def platform_choices() -> list[tuple[str, str]]:
    """Return names and labels as choices of Django's fields."""
    return [(platform.name, platform.label) for platform in platforms()]


register(Tavus())
register(Jaicp())
