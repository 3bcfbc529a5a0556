"""From an upload to a snapshot: stage, propose, convert, keep. Every step survives a refresh.

What a step found lies as JSON beside the staged bytes, so a page that is opened again goes on where
it was. The heavy steps run in a child process (`cxlib.ingest.sandbox`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from cxlib.ingest import convert, match, read, sandbox
from cxlib.ingest.canonical import Imported
from cxlib.ingest.plain import from_plain, to_plain
from cxlib.ingest.plan import Plan, Proposal
from cxlib.ingest.staged import ReadOptions, Staged
from cxlib.store.snapshots import Snapshot
from cxlib.store.uploads import Upload
from cxlib.store.workspaces import Workspace

Progress = Callable[[int], None]


def stage(upload: Upload, options: ReadOptions, progress: Progress | None = None) -> Staged:
    """The text of an upload, read as `options` say; read again only when they have changed."""
    known = _load(upload.folder / "staged.json")
    if known is None or known["options"] != to_plain(options):
        folder = upload.folder / "text"
        folder.mkdir(exist_ok=True)
        (upload.folder / "imported.json").unlink(missing_ok=True)  # it was of other rows
        staged = sandbox.run(
            read.stage, upload.file, folder, options, name=upload.name, progress=progress
        )
        known = {"options": to_plain(options), "staged": to_plain(staged)}
        _save(upload.folder / "staged.json", known)
    found: Staged = from_plain(Staged, known["staged"])
    return found


def propose(staged: Staged, kind: str | None, mapping: Iterable[tuple[str, str]]) -> Proposal:
    """What the file seems to hold, the user's `mapping` (field, column; "" for none) certain."""
    return sandbox.run(match.propose, staged, kind=kind, mapping=dict(mapping))


def check(upload: Upload, staged: Staged, plan: Plan, progress: Progress | None = None) -> Imported:
    """Convert the whole file by the plan. Nothing is kept yet: the user looks at the counts first."""
    imported = sandbox.run(convert.convert, staged, plan, staged.path.parent, progress=progress)
    _save(upload.folder / "imported.json", {"plan": to_plain(plan), "imported": to_plain(imported)})
    return imported


def checked(upload: Upload, plan: Plan) -> Imported | None:
    """What `check` found for this very plan, None where it has not run or the plan has changed."""
    known = _load(upload.folder / "imported.json")
    if known is None or known["plan"] != to_plain(plan):
        return None
    found: Imported = from_plain(Imported, known["imported"])
    return found


def keep(workspace: Workspace, upload: Upload, plan: Plan, imported: Imported) -> Snapshot:
    """Make what was checked the current data of its kind: an immutable snapshot.

    Kept again, as by a second click, it is the same one.
    """
    kept = [s for s in workspace.snapshots(plan.kind) if s.digest == imported.digest]
    if kept and not imported.table.exists():
        return workspace.revert(plan.kind, kept[0].id)
    files = [imported.table, imported.lines, imported.rejects]
    report = to_plain(imported) | {"plan": to_plain(plan), "size": upload.size}
    for path in ("table", "lines", "rejects"):
        report.pop(path, None)
    snapshot = workspace.commit(
        plan.kind,
        [file for file in files if file is not None],
        digest=imported.digest,
        source=upload.name,
        report=report,
    )
    (upload.folder / "imported.json").unlink(missing_ok=True)  # its files are in the snapshot now
    return snapshot


def _save(path: Path, value: Mapping[str, Any]) -> None:
    temporary = path.with_suffix(".part")
    temporary.write_text(json.dumps(value), encoding="utf-8")
    temporary.replace(path)


def _load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
