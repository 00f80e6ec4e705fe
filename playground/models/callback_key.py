"""A callback key: signs what one person's conversations tell one receiver."""

from django.conf import settings
from django.db import models

from personas.models import EncryptedValue


class CallbackKey(EncryptedValue):
    """A key of Standard Webhooks, shown once. A newer one replaces it; until ``signs_until`` both sign."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="callback_keys"
    )
    endpoint = models.CharField(max_length=300)
    """Scheme, host and port of the receiver, as `playground.engine.addresses.address.Address.entry`."""
    created_at = models.DateTimeField(auto_now_add=True)
    signs_until = models.DateTimeField(null=True, blank=True)
    """Null: it is the receiver's current key."""

    class Meta:
        default_permissions = ()
        ordering = ["endpoint", "-pk"]
        indexes = [models.Index(fields=["owner", "endpoint"], name="callback_key_of_receiver")]

    @property
    def written_endpoint(self) -> str:
        """The receiver as an address."""
        return self.endpoint if "://" in self.endpoint else f"https://{self.endpoint}"

    def __str__(self) -> str:
        return f"callback key of {self.endpoint}"
