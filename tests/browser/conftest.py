"""A real server and a real browser: what a user has."""

from __future__ import annotations

import datetime as dt
import io
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Error,
    Page,
    Playwright,
    expect,
    sync_playwright,
)

from cxlib.demo.samples import SAMPLES
from cxlib.ingest.plan import plan
from cxlib.ingest.staged import ReadOptions
from cxlib.store import intake
from cxlib.store.workspaces import Store
from tests.browser.install import system_chromium

ROOT = Path(__file__).resolve().parents[2]
# Chromium as root in a container, and quiet: no look-ups of its own.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

PATIENCE = 60_000  # milliseconds: a slow machine is no fault of a page
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the server's store."""
    return tmp_path_factory.mktemp("home") / "store"


@pytest.fixture(scope="session")
def server(home: Path) -> Iterator[str]:
    """The app, as the README starts it, on a port and with a store of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    written = home.parent / "server.log"
    log = written.open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)],
        cwd=ROOT,
        env=os.environ | {"CXLIB_HOME": str(home)},
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    url = f"http://localhost:{port}"
    try:
        _wait_for(url, process, written)
        yield url
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.3)
    pytest.fail(f"the server did not start:\n{log.read_text(errors='replace')[-3000:]}")


@pytest.fixture(scope="session")
def demo_shop(server: str, home: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The key of a workspace with all tables of the demo company."""
    store = Store(home, None, lambda: dt.datetime.now(dt.UTC), lambda: secrets.token_hex(16))
    workspace = store.create(purpose="analysis", name="")
    folder = tmp_path_factory.mktemp("sample")
    sample = next(sample for sample in SAMPLES if sample.id == "demo")
    for kind, path in {sample.kind: sample.write(folder), **sample.more(folder)}.items():
        upload = workspace.stage(io.BytesIO(path.read_bytes()), path.name)
        staged = intake.stage(upload, ReadOptions())
        made = plan(intake.propose(staged, kind, ()))
        intake.keep(workspace, upload, made, intake.check(upload, staged, made))
    store.close()
    return workspace.id


@pytest.fixture(scope="session")
def playwright_driver() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright_driver: Playwright) -> Iterator[Browser]:
    """Headless Chromium; the tests skip, saying so, where there is none."""
    try:
        opened = playwright_driver.chromium.launch(executable_path=system_chromium(), args=FLAGS)
    except Error as error:
        pytest.skip(f"no Chromium to drive: {error.message.splitlines()[0]}")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def visit(browser: Browser, server: str) -> Iterator[Callable[..., Page]]:
    """Open the app as a new visitor: a browser context of its own, its size, mode and locale."""
    contexts: list[BrowserContext] = []

    def opened(
        path: str = "", width: int = 1400, dark: bool = False, locale: str = "en-US"
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            locale=locale,
            accept_downloads=True,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(f"{server}/{path}")
        settled(page)
        return page

    yield opened
    for context in contexts:
        context.close()


# Streamlit takes a step in the browser's history as a way to another page; its script starts again.
# Where the browser is behind, it may draw a short run's end at once and never show that it ran.
STEP = """to => new Promise(ended => {
    const app = document.querySelector('[data-testid=stApp]');
    const late = setTimeout(() => ended(false), 10_000);
    new MutationObserver((_, seen) => { seen.disconnect(); clearTimeout(late); ended(true); })
        .observe(app, { attributeFilter: ['data-test-script-state'] });
    history.pushState(null, '', to);
    dispatchEvent(new PopStateEvent('popstate'));
})"""


def stepped(page: Page, address: str) -> None:
    """Set out for another address within the app that is open: what is loaded is not loaded again."""
    if not page.evaluate(STEP, f"/{address}"):
        page.goto(urljoin(page.url, f"/{address}"))


def settled(page: Page) -> None:
    """Wait until the page has run to its end and its charts are drawn."""
    page.wait_for_selector("[data-testid='stApp'][data-test-script-state='notRunning']")
    page.wait_for_function(
        "() => !document.querySelector(\"[data-testid='stSkeleton'], [data-testid='stSpinner']\")"
    )
    page.wait_for_timeout(400)
