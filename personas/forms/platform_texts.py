"""Texts of the persona form that each platform words differently; the page has all and shows its platform's."""

from collections.abc import Callable

from django.utils.html import format_html_join
from django.utils.safestring import mark_safe

from playground.engine.platforms.platform import Platform
from playground.engine.platforms.registry import platforms

_HIDDEN = mark_safe(" hidden")


def platform_texts(text_on: Callable[[Platform], str], shown: Platform) -> str:
    """Return the text on every platform in one, hidden but for that of ``shown``."""
    texts = {platform.name: text_on(platform) for platform in platforms()}
    if len(set(texts.values())) == 1:
        return texts[shown.name]
    return format_html_join(
        "",
        '<span data-on-platform="{}"{}>{}</span>',
        ((name, "" if name == shown.name else _HIDDEN, text) for name, text in texts.items()),
    )
