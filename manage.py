#!/usr/bin/env python
"""Django's command line for Greenroom."""

import gc
import os
import sys
from importlib import import_module

from dashboard import run_marker


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    os.environ.update(run_marker.command_settings(sys.argv, os.environ))
    gc.disable()  # modules stay: looking for garbage among them would take a quarter of the start
    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        import_module(os.environ["DJANGO_SETTINGS_MODULE"])
    except ImproperlyConfigured as wrong:
        sys.exit(str(wrong))
    django.setup()
    gc.freeze()
    gc.enable()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
