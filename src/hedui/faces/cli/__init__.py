"""命令行 (cli): the terminal."""
