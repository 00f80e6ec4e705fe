"""An agent as Parley writes it, and the same as a persona's document."""

import json
from typing import Any

TOOL = {"type": "function", "function": {"name": "getWeather", "parameters": {"type": "object"}}}
AGENT: dict[str, Any] = {
    "parley": 1,
    "title": "Nora at the desk",
    "instructions": "You are Nora. Be brief.",
    "brain": {
        "endpoint": "https://llm.example.com/v1/chat/completions",
        "key": "{{secret:PARLEY_KEY}}",
        "model": "gpt-4o",
        "temperature": 0.5,
        "options": {"top_p": 0.9},
        "functions": [TOOL],
        "signal": "called",
    },
    "voice": {"tts_engine": "elevenlabs", "external_voice_id": "v1"},
    "mood": "calm",
}
TEXT = json.dumps(AGENT)
