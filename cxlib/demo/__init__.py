"""The linked sample company, drawn from known parameters with planted events."""
