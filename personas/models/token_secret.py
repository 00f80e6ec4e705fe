"""A token secret: a named credential, encrypted, write-only, usable at its allowed hosts only."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower

from personas.models.encrypted_value import EncryptedValue
from personas.models.json_field import JSONField
from personas.names import SECRET_NAME_PATTERN


class TokenSecret(EncryptedValue):
    """Just AI, "Secrets": a name of Latin letters, digits and underscores, and a value that is never shown again.

    Only `personas.secrets` reads and writes the value.
    """

    name = models.CharField(
        max_length=64,
        validators=[RegexValidator(SECRET_NAME_PATTERN, "Use Latin letters, digits and underscores only.")],
    )
    last_four = models.CharField(max_length=4, blank=True, editable=False)
    allowed_hosts = JSONField(default=list, blank=True)
    """Entries in the form of `playground.engine.addresses.address.parse_host_entry`; empty if usable nowhere."""
    created_at = models.DateTimeField(auto_now_add=True)
    replaced_at = models.DateTimeField(null=True, editable=False)
    """When the value was last entered or cleared."""
    replaced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    last_used_at = models.DateTimeField(null=True, editable=False)
    last_used_host = models.CharField(max_length=300, blank=True, editable=False)
    last_used_persona = models.CharField(max_length=32, blank=True, editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(Lower("name"), name="token_secret_name_unique")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Raise ValidationError if another secret has the name, in any case."""
        same = TokenSecret.objects.filter(name__iexact=self.name).exclude(pk=self.pk).first()
        if same is not None:
            raise ValidationError({"name": f"There is a token secret with this name already: {same.name}."})
