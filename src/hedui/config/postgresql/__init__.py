"""PostgreSQL as Django knows it, told in whose name it is asked."""
