"""SQLite as Django knows it, asked the same again and again with less ado."""
