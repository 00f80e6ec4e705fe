"""The dashboard's models: one-time sign-in links and API keys."""

from dashboard.models.api_key import ApiKey, ApiUser
from dashboard.models.sign_in_link import LINK_LIFETIME, SignInLink

__all__ = ["LINK_LIFETIME", "ApiKey", "ApiUser", "SignInLink"]
