"""How code writes a text in quotes, and what holds none: patterns for whoever looks for something in code."""

STRING = (
    r'"""(?:[^"\\]|\\.|"(?!""))*"""|\'\'\'(?:[^\'\\]|\\.|\'(?!\'\'))*\'\'\''
    r'|"[^"\\\n]*(?:\\.[^"\\\n]*)*"|\'[^\'\\\n]*(?:\\.[^\'\\\n]*)*\''
)
SKIPPED = r"(?P<skip>//[^\n]*|/\*.*?(?:\*/|\Z)|`[^`]*`)"
