"""How things are written on pages."""
