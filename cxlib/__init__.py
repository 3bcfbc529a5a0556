"""Customer analytics: data flows one way, and every number carries its proof."""

__version__ = "0.1.0"
