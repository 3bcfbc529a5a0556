"""`workspace list`, `workspace export ID --out F.zip`, `workspace erase ID --yes`: for whoever runs
the server. No page lists workspaces: an id is the key to one."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import secrets
from pathlib import Path
from typing import Any

from cxlib.errors import CxError
from cxlib.i18n import N_
from cxlib.store.export import export
from cxlib.store.workspaces import Store, Workspace
from cxlib.tables.kind import kinds

NAME = "workspace"
HELP = N_("list, export or erase the workspaces of the app on this computer")


def add_options(parser: argparse.ArgumentParser) -> None:
    """What to do, with which workspace, and where the app keeps its data."""
    parser.add_argument("action", choices=("list", "export", "erase"))
    parser.add_argument("workspace", nargs="?", metavar="ID")
    parser.add_argument("--home", type=Path, metavar="DIR")
    parser.add_argument("--yes", action="store_true")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """The workspaces, or the one that was exported or erased."""
    home = home_of(arguments)
    if arguments.action == "list" and not _is_store(home):
        return {"home": home, "workspaces": []}
    store = opened(home)
    try:
        if arguments.action == "list":
            listed = [_described(workspace) for workspace in store.workspaces()]
            return {"home": home, "workspaces": listed}
        if arguments.workspace is None:
            raise CxError(
                "usage",
                N_("Which workspace?"),
                N_("Give its id; “workspace list” shows them."),
            )
        workspace = store.open(arguments.workspace)
        if arguments.action == "export":
            return _exported(workspace, arguments.out)
        return _erased(workspace, arguments.yes)
    finally:
        store.close()


def _exported(workspace: Workspace, out: Path | None) -> dict[str, Any]:
    if out is None:
        raise CxError(
            "usage", N_("Where should the export go?"), N_("Add --out and the name of a ZIP file.")
        )
    rows = export(workspace, out)
    return {"workspace": workspace.id, "file": out, "bytes": out.stat().st_size, "rows": rows}


def _erased(workspace: Workspace, sure: bool) -> dict[str, Any]:
    if not sure:
        raise CxError(
            "needs_answer",
            N_("This deletes {versions} versions of the data for good."),
            N_("Add --yes if that is what you want."),
            versions=sum(len(workspace.snapshots(kind)) for kind in kinds()),
        )
    described = _described(workspace)
    workspace.erase()
    return {"erased": described}


def _described(workspace: Workspace) -> dict[str, Any]:
    current = {kind: workspace.current(kind) for kind in kinds()}
    return {
        "id": workspace.id,
        "name": workspace.name,
        "purpose": workspace.purpose,
        "created": workspace.created,
        "bytes": workspace.used(),
        "versions": sum(len(workspace.snapshots(kind)) for kind in current),
        "rows": {
            kind: found.rows[found.table.name]
            for kind, found in current.items()
            if found is not None
        },
    }


def home_of(arguments: argparse.Namespace) -> Path:
    """Where the app keeps its data: as said, or where it does unless told."""
    beside = Path(__file__).resolve().parents[2] / ".cxlib"
    return arguments.home or Path(os.environ.get("CXLIB_HOME", beside))


def _is_store(home: Path) -> bool:
    return (home / "workspaces").is_dir()


def opened(home: Path) -> Store:
    """The store that is there; none is made. Raises CxError `no_store`."""
    if not _is_store(home):
        raise CxError(
            "no_store",
            N_("There are no workspaces in “{path}”."),
            N_("Say where the app keeps its data, with --home or CXLIB_HOME."),
            path=str(home),
        )
    return Store(
        home,
        os.environ.get("CXLIB_CATALOGUE"),
        clock=lambda: dt.datetime.now(dt.UTC),
        new_id=lambda: secrets.token_hex(16),
    )
