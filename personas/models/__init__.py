"""Configuration: personas and their versions, token secrets, filler configs."""

from personas.models.encrypted_value import EncryptedValue
from personas.models.filler_config import FillerConfig
from personas.models.persona import Persona
from personas.models.persona_version import PersonaVersion
from personas.models.token_secret import TokenSecret

__all__ = ["EncryptedValue", "FillerConfig", "Persona", "PersonaVersion", "TokenSecret"]
