"""An LLM's answer, from its bytes to text, reasoning, tool calls and notes."""
