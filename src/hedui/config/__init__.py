"""设置 (configuration): settings, addresses, and the entry for web servers."""
