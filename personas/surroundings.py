"""The values that requests to LLMs take from this installation's settings."""

from django.conf import settings

from playground.engine.request import Surroundings

USER_AGENT = "Greenroom"


def surroundings() -> Surroundings:
    return Surroundings(user_agent=USER_AGENT, caila_base_url=settings.CAILA_BASE_URL)
