"""Short persona JSON of Tavus, for the tests of reading it."""

import json
from typing import Any


def persona(**llm: Any) -> str:
    return json.dumps({"persona_name": "Ann", "system_prompt": "Be Ann.", "layers": {"llm": llm}})
