"""Django's admin of the dashboard's models: API keys."""

from dashboard.admin.api_keys import ApiKeyAdmin

__all__ = ["ApiKeyAdmin"]
