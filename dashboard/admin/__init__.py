"""Django's admin of what the site itself stores: the keys of scripts."""

from dashboard.admin.api_keys import ApiKeyAdmin

__all__ = ["ApiKeyAdmin"]
