"""居民家庭经济状况核对 (household economic status verification)."""
