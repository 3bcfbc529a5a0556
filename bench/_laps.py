"""How long the steps of a measurement take."""

from __future__ import annotations

import time


class Laps:
    """Seconds by the names of steps: each from the end of the one before, or from `again`."""

    def __init__(self) -> None:
        self.took: dict[str, float] = {}
        self._began = self._last = time.perf_counter()

    def done(self, step: str) -> None:
        """A step has ended."""
        now = time.perf_counter()
        self.took[step], self._last = now - self._last, now

    def again(self) -> None:
        """What went before is not measured."""
        self._last = time.perf_counter()

    def all(self) -> float:
        """Seconds from the beginning."""
        return time.perf_counter() - self._began
