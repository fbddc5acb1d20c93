"""异议的办理: what a family objects to, held at once and resolved by another officer."""
