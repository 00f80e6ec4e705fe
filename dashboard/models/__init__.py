"""What the site itself stores: one-time sign-in links and the keys of scripts."""

from dashboard.models.api_key import ApiKey, ApiUser
from dashboard.models.sign_in_link import LINK_LIFETIME, SignInLink

__all__ = ["LINK_LIFETIME", "ApiKey", "ApiUser", "SignInLink"]
