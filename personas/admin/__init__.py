"""Django's admin of what is configured. Rights are Django's permissions; secrets' values never leave."""

from personas.admin.filler_configs import FillerConfigAdmin
from personas.admin.persona_versions import PersonaVersionAdmin
from personas.admin.personas import PersonaAdmin
from personas.admin.token_secrets import TokenSecretAdmin

__all__ = ["FillerConfigAdmin", "PersonaAdmin", "PersonaVersionAdmin", "TokenSecretAdmin"]
