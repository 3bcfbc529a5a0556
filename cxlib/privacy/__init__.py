"""Identifiers, vault, small groups, rights."""
