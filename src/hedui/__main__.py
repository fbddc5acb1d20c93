"""`python -m hedui` and the command `hedui`."""

from hedui.faces.cli.commands import main

if __name__ == "__main__":
    main()
