"""The voice platforms as LLMs' servers meet them: one module each, and the registry that everybody else asks."""
