"""JSON Schemas that are small and take for ever to check."""

from typing import Any


def doubling(steps: int, keyword: str = "anyOf") -> dict[str, Any]:
    """Each definition holds the next one twice: 2 to the power of ``steps`` ways to the last, which no text fits."""
    definitions: dict[str, Any] = {
        f"a{step}": {keyword: [{"$ref": f"#/$defs/a{step + 1}"}] * 2} for step in range(steps)
    }
    definitions[f"a{steps}"] = {"type": "string", "minLength": 100}
    return {"$defs": definitions, "type": "object", "properties": {"word": {"$ref": "#/$defs/a0"}}}
