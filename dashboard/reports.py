"""What an error report may show of the settings: nothing in which a password can stand."""

import re

from django.views.debug import SafeExceptionReporterFilter


class ReportFilter(SafeExceptionReporterFilter):
    """Hides what Django hides, and the settings that carry addresses with passwords in them."""

    hidden_settings = re.compile(
        f"{SafeExceptionReporterFilter.hidden_settings.pattern}|DATABASE|CHANNEL_LAYERS|ENCRYPTION|URL",
        flags=re.IGNORECASE,
    )
