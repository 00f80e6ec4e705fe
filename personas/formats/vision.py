"""Whether a persona's vqa layer is on: absent means on; old documents write ``enable_vision`` and strings."""

from collections.abc import Mapping
from typing import Any

VISION_KEYS = ("enabled", "enable_vision")
BOOLEANS = {"true": True, "false": False}


def vision_is_on(vqa: Mapping[str, Any] | None) -> bool:
    for key in VISION_KEYS:
        value = (vqa or {}).get(key)
        if value is not None:
            return BOOLEANS.get(value.lower(), True) if isinstance(value, str) else bool(value)
    return True
