"""Helpers whose assertions should explain themselves as those of the tests do."""

import pytest

pytest.register_assert_rewrite("tests.playground.frames", "tests.playground.stage")
