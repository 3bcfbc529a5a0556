"""The command line, thin over the functions that the pages use: one file a command."""
