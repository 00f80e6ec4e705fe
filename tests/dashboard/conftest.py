"""What tests of the dashboard share: an installation of their own."""

from tests.dashboard.installations import empty_database, installation

__all__ = ["empty_database", "installation"]
