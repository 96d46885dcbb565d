"""What `python -m bot` does beside running: modules of commands, which add themselves to the command line."""
