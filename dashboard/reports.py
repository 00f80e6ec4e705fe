"""Filters settings out of error reports if they may contain a password."""

import re

from django.views.debug import SafeExceptionReporterFilter


class ReportFilter(SafeExceptionReporterFilter):
    """Hides what Django hides, and settings with addresses that contain passwords."""

    hidden_settings = re.compile(
        f"{SafeExceptionReporterFilter.hidden_settings.pattern}|DATABASE|CHANNEL_LAYERS|ENCRYPTION|URL",
        flags=re.IGNORECASE,
    )
