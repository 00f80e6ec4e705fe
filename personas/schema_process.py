"""The process that checks schemas and arguments."""

from typing import Any

from personas.question_loop import serve
from playground.engine.tools.arguments import argument_faults, checks_arguments


def answer(question: dict[str, Any]) -> Any:
    """Return the faults of a call's arguments; without arguments, whether the schema can be used."""
    schema = question["schema"]
    if "arguments" not in question:
        return checks_arguments(schema)
    return argument_faults(question["name"], question["arguments"], schema)


if __name__ == "__main__":
    serve(answer)
