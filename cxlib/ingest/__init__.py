"""From a file as it is to a typed table, with nothing lost on the way."""
