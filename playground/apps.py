"""The playground app."""

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_migrate, post_save


class PlaygroundConfig(AppConfig):
    name = "playground"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let a changed inspector answer anew at once where it was changed; other processes notice within a second.

        Every migration leaves the index of what was said in place.
        """
        from playground.inspectors.lookup import forget
        from playground.models import Inspector
        from playground.storage.text_index import make_text_index

        for changed in (post_save, post_delete):
            changed.connect(forget, sender=Inspector, dispatch_uid="inspectors.lookup")
        post_migrate.connect(make_text_index, sender=self, dispatch_uid="text index")
