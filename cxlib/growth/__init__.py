"""How customers come, act and return."""
