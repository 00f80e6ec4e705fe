"""JSON Schemas that are small and take for ever to check."""

from typing import Any


def doubling(steps: int, keyword: str = "anyOf") -> dict[str, Any]:
    """Return a schema in which each definition holds the next one twice: it expands to 2 ** ``steps`` parts."""
    definitions: dict[str, Any] = {
        f"a{step}": {keyword: [{"$ref": f"#/$defs/a{step + 1}"}] * 2} for step in range(steps)
    }
    definitions[f"a{steps}"] = {"type": "string", "minLength": 100}
    return {"$defs": definitions, "type": "object", "properties": {"word": {"$ref": "#/$defs/a0"}}}
