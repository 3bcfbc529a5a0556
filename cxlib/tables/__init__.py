"""The nine kinds of table that people upload: one file a kind."""
