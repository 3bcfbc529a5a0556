"""Have a Chromium for the browser tests: the system's, else Debian's package, else Playwright's own.

Run by `make test` before the tests: python -m tests.browser.install
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def system_chromium() -> str | None:
    """The path of a Chromium on this machine, or None; CXLIB_CHROMIUM names one outright."""
    return os.environ.get("CXLIB_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def main() -> int:
    """Install what is missing; say so and go on where nothing can be had (the tests then skip)."""
    if system_chromium():
        return 0
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (
            ["update", "-qq"],
            ["install", "-y", "-qq", "--no-install-recommends", "chromium"],
        ):
            subprocess.run(
                ["apt-get", *command], env=environment, check=False, stdout=subprocess.DEVNULL
            )
        if system_chromium():
            return 0
    done = subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    if done.returncode:
        print("No Chromium could be installed: the browser tests will skip, saying so.")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
