"""
界面 (faces): HTML, HTTP and terminal, by audience. No rule and no write but through acts.

workbench for officers, public for everybody, api for programs, cli for the terminal.
"""
