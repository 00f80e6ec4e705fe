"""What every row with an encrypted value has: the ciphertext, and what binds it to the row."""

import uuid

from django.db import models


class EncryptedValue(models.Model):
    """Only `personas.secrets` reads and writes the value. Its text names it to a person."""

    ciphertext = models.TextField(blank=True, editable=False)
    """Encrypted by `personas.secrets` and bound to this row; empty if the value is missing."""
    binding = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    """The ciphertext's binding: created with the row, never changed or copied."""

    class Meta:
        abstract = True
