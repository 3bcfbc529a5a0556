"""Pages as they are served: run from the shell, on a store of their own."""

from __future__ import annotations

import datetime as dt
import io
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cxlib.demo.samples import SAMPLES, Sample
from cxlib.ingest.plan import plan
from cxlib.ingest.staged import ReadOptions
from cxlib.store import intake
from cxlib.store.workspaces import Store, Workspace
from pages import _catalogue, _parts, _state

Open = Callable[..., AppTest]
CDNOW = next(sample for sample in SAMPLES if sample.id == "cdnow")


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The store that the pages open."""
    made = Store(
        tmp_path_factory.mktemp("store"),
        None,
        clock=lambda: dt.datetime.now(dt.UTC),
        new_id=lambda: secrets.token_hex(16),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_state, "store", lambda: made)
        yield made
    made.close()


@pytest.fixture(scope="session")
def shop(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace with the smallest sample."""
    return imported(store, CDNOW, tmp_path_factory.mktemp("sample"))


def imported(store: Store, sample: Sample, folder: Path) -> Workspace:
    """A new workspace with a sample in it, through the same steps as an upload."""
    workspace = store.create(purpose="analysis", name="")
    path = sample.write(folder)
    upload = workspace.stage(io.BytesIO(path.read_bytes()), path.name)
    staged = intake.stage(upload, ReadOptions(header=sample.header))
    mapping = {field: staged.column(column) for field, column in sample.mapping.items()}
    made = plan(intake.propose(staged, sample.kind, mapping.items()))
    intake.keep(workspace, upload, made, intake.check(upload, staged, made))
    return workspace


@pytest.fixture
def visit(store: Store) -> Open:
    """Open a page as a new visitor: its file, the workspace's key, the language, more of the URL."""

    def opened(path: str, key: str | None = None, lang: str = "en", **query: str) -> AppTest:
        visitor = AppTest.from_file(str(_catalogue.ROOT / "_shell.py"), default_timeout=60)
        asked = {"lang": lang, **({"w": key} if key else {}), **query}
        for name, value in asked.items():
            visitor.query_params[name] = value
        return visitor.switch_page(path).run()

    return opened


SAYING = (
    "title subheader caption markdown info warning error success metric button page_link table"
    " dataframe selectbox text_input popover expander download_button"
)


def words(visitor: AppTest) -> str:
    """All that a page says, labels and tables included, without what keeps Markdown out of it."""
    said = [
        (getattr(e, "label", ""), getattr(e, "value", ""), getattr(e, "options", ""))
        for kind in SAYING.split()
        for e in visitor.get(kind)
    ]
    text = "\n".join(str(part) for one in said for part in one)
    return text.replace("\\", "").replace(_parts.JOINER, "")
