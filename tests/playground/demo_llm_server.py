"""An ASGI application for a server process: the site, with a demo LLM that hardly waits."""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.playground.demo_llm_settings"

from django.core.asgi import get_asgi_application

application = get_asgi_application()
