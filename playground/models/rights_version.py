"""The version of everyone's rights: database triggers change it whenever a right may have been lost."""

from django.db import models


class RightsVersion(models.Model):
    """One row. Its random ``version`` tells a process whether the rights that it has read still hold."""

    version = models.CharField(max_length=32)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.version
