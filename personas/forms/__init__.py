"""The forms for personas and filler configs."""
