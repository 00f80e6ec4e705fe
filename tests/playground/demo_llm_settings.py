"""The settings of a server process that serves the demo LLM to a test: the tests' own, with short waits."""

from tests.settings import *

DEMO_LLM_TIME_SCALE = 0.02
