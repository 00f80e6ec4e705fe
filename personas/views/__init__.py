"""The pages of personas and filler configs."""
