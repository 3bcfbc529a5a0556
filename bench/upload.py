"""The server's memory before, during and after an upload of 200 MB in a browser.

    python -m bench upload [--megabytes 195] [--json]

Starts the app with a store of its own and drives headless Chromium: first a small file all the way,
twice, so that what a server loads once is loaded; then the large one, read and checked, then given up.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from bench.large import write

SMALL = "order_id,customer_id,order_date,total\n" + "".join(
    f"{i},c{i % 7},2025-01-{10 + i % 19},5.5\n" for i in range(40)
)


def main(argv: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="bench upload", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--megabytes", type=float, default=195)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="cxlib-bench-") as folder:
        small, large = Path(folder) / "small.csv", Path(folder) / "large.csv"
        small.write_text(SMALL)
        write(large, int(asked.megabytes * 1e6), wide=True)
        found = _measured(small, large, Path(folder) / "home")
    if asked.json:
        print(json.dumps(found))
    else:
        for name, value in found.items():
            print(f"{name:24} {value:,.0f}")
    return 0


def _measured(small: Path, large: Path, home: Path) -> dict[str, float]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    server = subprocess.Popen(
        command,
        env=os.environ | {"CXLIB_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://localhost:{port}"
    try:
        _wait_for(url)
        with sync_playwright() as driver:
            path = shutil.which("chromium")
            browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
            for _ in range(2):
                page = _checked(browser, url, small)
                page.get_by_role("button", name="Yes, use this data").click()
                page.get_by_role("heading", level=1, name="Overview").wait_for()
                time.sleep(3)
            before = _memory(server.pid)
            page = _checked(browser, url, large)
            checked = _memory(server.pid)
            page.get_by_role("button", name="Another file").click()
            time.sleep(5)
            after = _memory(server.pid)
            browser.close()
    finally:
        server.terminate()
        server.wait(20)
    return {
        "file_mb": large.stat().st_size / 1e6,
        "before_mb": before,
        "checked_mb": checked,
        "after_mb": after,
        "growth_mb": after - before,
    }


def _wait_for(url: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.3)
    raise SystemExit("the server did not start")


def _checked(browser: Browser, url: str, path: Path) -> Page:
    """The upload page once all rows of the file are checked."""
    page = browser.new_context(locale="en-US").new_page()
    page.set_default_timeout(300_000)
    page.goto(f"{url}/upload")
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="Check all rows").click()
    page.get_by_role("button", name="Yes, use this data").wait_for()
    return page


def _memory(pid: int) -> float:
    """Resident memory of a process in MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))
