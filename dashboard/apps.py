"""App configs: the dashboard, the admin with our site, and static files."""

from django.apps import AppConfig, apps
from django.contrib.admin.apps import AdminConfig
from django.contrib.staticfiles.apps import StaticFilesConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class DashboardConfig(AppConfig):
    name = "dashboard"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from dashboard.rights_watched import watch_rights
        from dashboard.roles import put_roles_in_step
        from dashboard.sqlite import close_failed_cursors

        connection_created.connect(close_failed_cursors, dispatch_uid="failed cursors")

        # The signal is sent once per app with models; at the last one all permissions exist.
        last = [app for app in apps.get_app_configs() if app.models_module][-1]
        post_migrate.connect(put_roles_in_step, sender=last, dispatch_uid="roles")
        post_migrate.connect(watch_rights, sender=last, dispatch_uid="rights")


class GreenroomAdminConfig(AdminConfig):
    default_site = "dashboard.admin_site.GreenroomAdminSite"


class CollectedFilesConfig(StaticFilesConfig):
    """Static files without htmx's extensions: they are unused, and one imports a file that doesn't exist."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "django_htmx/ext/*"]
