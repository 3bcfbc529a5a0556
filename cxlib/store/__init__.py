"""Workspaces on disk: immutable snapshots and the catalogue that names them."""
