"""Django's admin for what is configured. Permissions are Django's; the values of secrets are never shown."""

from personas.admin.filler_configs import FillerConfigAdmin
from personas.admin.persona_versions import PersonaVersionAdmin
from personas.admin.personas import PersonaAdmin
from personas.admin.token_secrets import TokenSecretAdmin

__all__ = ["FillerConfigAdmin", "PersonaAdmin", "PersonaVersionAdmin", "TokenSecretAdmin"]
