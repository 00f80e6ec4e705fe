"""The dashboard app, the admin with its own site, and the static files that are collected."""

from django.apps import AppConfig, apps
from django.contrib.admin.apps import AdminConfig
from django.contrib.staticfiles.apps import StaticFilesConfig
from django.db.models.signals import post_migrate


class DashboardConfig(AppConfig):
    name = "dashboard"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from dashboard.roles import put_roles_in_step

        # The signal comes once for each app with models; by the last one every permission is there.
        last = [app for app in apps.get_app_configs() if app.models_module][-1]
        post_migrate.connect(put_roles_in_step, sender=last, dispatch_uid="roles")


class GreenroomAdminConfig(AdminConfig):
    default_site = "dashboard.admin_site.GreenroomAdminSite"


class CollectedFilesConfig(StaticFilesConfig):
    """Without htmx's extensions: nobody uses them, and one imports a file that does not exist."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "django_htmx/ext/*"]
