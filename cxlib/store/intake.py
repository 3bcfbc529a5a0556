"""From an upload to a snapshot: stage, propose, convert, keep. Every step survives a refresh.

What a step found lies as JSON beside the staged bytes, so a page that is opened again goes on where
it was. The heavy steps run in a child process (`cxlib.ingest.sandbox`). To compare or add a file is
work of the embedded engine on tables of our own making, and runs here, within its memory limit.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, Literal

from cxlib.errors import CxError
from cxlib.i18n import N_
from cxlib.ingest import convert, match, read, sandbox
from cxlib.ingest.canonical import Imported
from cxlib.ingest.plain import from_plain, to_plain
from cxlib.ingest.plan import Plan, Proposal
from cxlib.ingest.staged import ReadOptions, Staged
from cxlib.store import disk, shapes
from cxlib.store.append import append
from cxlib.store.snapshots import Snapshot
from cxlib.store.uploads import Upload
from cxlib.store.workspaces import Workspace

Progress = Callable[[int], None]
Cancelled = Callable[[], bool]

_TEXT = "text"  # the folder of what an import makes of an upload
_ATTEMPTS = 5  # to add a file while others add theirs


def stage(
    upload: Upload,
    options: ReadOptions,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> Staged:
    """The text of an upload, read as `options` say; read again only when they have changed."""
    known = _load(upload.folder / "staged.json")
    if known is None or known["options"] != to_plain(options):
        folder = upload.folder / _TEXT
        folder.mkdir(exist_ok=True)
        for step in ("imported", "staged"):  # they are of other rows than the files will have
            (upload.folder / f"{step}.json").unlink(missing_ok=True)
        with _swept(upload):
            staged = sandbox.run(
                read.stage,
                upload.file,
                folder,
                options,
                name=upload.name,
                progress=progress,
                cancelled=cancelled,
            )
        first = known["first"] if known else list(staged.columns)
        known = {"options": to_plain(options), "staged": to_plain(staged), "first": first}
        _save(upload.folder / "staged.json", known)
    found: Staged = from_plain(Staged, known["staged"])
    return found


def read_options(upload: Upload) -> ReadOptions:
    """How an upload was read last; by default where it was not."""
    known = _load(upload.folder / "staged.json")
    found: ReadOptions = from_plain(ReadOptions, known["options"]) if known else ReadOptions()
    return found


def discard(upload: Upload) -> None:
    """Give up an upload: its bytes and all that was made of them."""
    shutil.rmtree(upload.folder, ignore_errors=True)


def propose(staged: Staged, kind: str | None, mapping: Iterable[tuple[str, str]]) -> Proposal:
    """What the file seems to hold, the user's `mapping` (field, column; "" for none) certain."""
    return sandbox.run(match.propose, staged, kind=kind, mapping=dict(mapping))


def check(
    upload: Upload,
    staged: Staged,
    plan: Plan,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> Imported:
    """Convert the whole file by the plan. Nothing is kept yet: the user looks at the counts first."""
    (upload.folder / "imported.json").unlink(missing_ok=True)  # its files are written anew
    with _swept(upload):
        imported = sandbox.run(
            convert.convert,
            staged,
            plan,
            staged.path.parent,
            progress=progress,
            cancelled=cancelled,
        )
    _save(upload.folder / "imported.json", {"plan": to_plain(plan), "imported": to_plain(imported)})
    return imported


def checked(upload: Upload, plan: Plan) -> Imported | None:
    """What `check` found for this very plan, None where it has not run or the plan has changed."""
    known = _load(upload.folder / "imported.json")
    if known is None or known["plan"] != to_plain(plan):
        return None
    found: Imported = from_plain(Imported, known["imported"])
    return found


def keep(
    workspace: Workspace,
    upload: Upload,
    plan: Plan,
    imported: Imported,
    mode: Literal["replace", "append"] = "replace",
) -> Snapshot:
    """Make what was checked the current data of its kind, or add it to them: an immutable snapshot.

    Kept again, as by a second click, it is the same one. What the user decided is remembered for
    the next file with this header (`shapes`). The report has `sources`: of each file that is in the
    version its name, size, digest and what became of its rows; where a file was added, the counts at
    the top are of that file, and `appended` says how many of its records were new.

    Raises
    ------
    CxError
        `disk_full`, `quota_exceeded`; when adding, `other_shape`, `other_currency`, `other_scale`
        where the two cannot be one table. Then what was there stays as it was.
    """
    if not imported.table.exists():
        current = workspace.current(plan.kind)
        if current and imported.digest in [source["digest"] for source in _sources(current)]:
            return current
        made = [s for s in workspace.snapshots(plan.kind) if s.digest == imported.digest]
        if made:
            return workspace.revert(plan.kind, made[0].id)
    added = mode == "append" and workspace.current(plan.kind) is not None
    if added:
        snapshot = _added(workspace, upload, plan, imported)
    else:
        snapshot = _commit(workspace, upload, plan, imported, imported, (), {})
    (upload.folder / "imported.json").unlink(missing_ok=True)  # its files are in the snapshot now
    for file in (imported.table, imported.lines, imported.rejects):
        if file is not None:
            file.unlink(missing_ok=True)
    known = _load(upload.folder / "staged.json")
    if known is not None:
        options: ReadOptions = from_plain(ReadOptions, known["options"])
        headers = (known["first"], known["staged"]["columns"])
        shapes.remember(workspace, headers, upload.name, options, plan)
    return snapshot


def kept(snapshot: Snapshot) -> Imported:
    """What the import of a snapshot reported, its files where they are now."""
    names = {field.name for field in fields(Imported)}
    report = {key: value for key, value in snapshot.report.items() if key in names}
    files = {"table": str(snapshot.table), "lines": None, "rejects": None}
    found: Imported = from_plain(Imported, report | files)
    rejects = snapshot.file("rejects") if snapshot.has("rejects") else None
    lines = snapshot.file("lines") if snapshot.has("lines") else None
    return replace(found, lines=lines, rejects=rejects)


def leftovers(folder: Path) -> list[Path]:
    """What lies in the folder of an upload and no step of its import names: a step was killed."""
    if not folder.is_dir():
        return []
    named = {"upload", "upload.json", "staged.json", "imported.json"}
    staged, imported = (_load(folder / f"{step}.json") for step in ("staged", "imported"))
    if staged is not None:
        named |= _names(staged["staged"], ("path", "rejects"))
    if imported is not None:
        named |= _names(imported["imported"], ("table", "lines", "rejects"))
    kept = {folder / name for name in named}
    inside = {parent for path in kept for parent in path.parents}
    found = [path for path in folder.rglob("*") if path not in kept]
    return [path for path in found if path not in inside and path.parent in inside]


@contextmanager
def _swept(upload: Upload) -> Iterator[None]:
    """Remove what a step that failed, or was cancelled, has written so far."""
    try:
        yield
    except BaseException:
        for path in leftovers(upload.folder):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        raise


def _names(step: Mapping[str, Any], files: Iterable[str]) -> set[str]:
    """Files of a step, within the folder of their upload."""
    paths = [Path(step[name]) for name in files if step.get(name) is not None]
    return {str(Path(_TEXT, path.name)) for path in paths}


def _added(workspace: Workspace, upload: Upload, plan: Plan, imported: Imported) -> Snapshot:
    folder = upload.folder / "appended"
    for attempt in range(_ATTEMPTS):
        current = workspace.current(plan.kind)
        if current is None:  # erased or reverted meanwhile
            return _commit(workspace, upload, plan, imported, imported, (), {})
        _same_shape(current, plan)
        folder.mkdir(exist_ok=True)
        try:
            with disk.room():
                made, counts = append(kept(current), imported, folder)
            if counts.nothing:
                return current
            said = {"appended": asdict(counts)}
            sources = tuple(_sources(current))
            return _commit(workspace, upload, plan, made, imported, sources, said, current.id)
        except CxError as error:
            if error.code != "changed_meanwhile" or attempt == _ATTEMPTS - 1:
                raise
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    raise AssertionError("the last attempt returns or raises")


def _commit(
    workspace: Workspace,
    upload: Upload,
    plan: Plan,
    made: Imported,
    imported: Imported,
    sources: tuple[Mapping[str, Any], ...],
    said: Mapping[str, Any],
    onto: str | None = None,
) -> Snapshot:
    """Commit the tables of `made`; `imported` is of the upload alone, `sources` are those before."""
    this = {"name": upload.name, "size": upload.size, "digest": imported.digest}
    counts = ("rows_read", "rows_accepted", "rows_merged", "rows_rejected")
    this |= {name: getattr(imported, name) for name in counts}
    report = to_plain(made) | {"plan": to_plain(plan), "size": upload.size}
    report |= {"sources": [*sources, this], **said}
    files = [made.table, made.lines, made.rejects]
    for path in ("table", "lines", "rejects"):
        report.pop(path, None)
    return workspace.commit(
        plan.kind,
        [file for file in files if file is not None],
        digest=made.digest,
        source=upload.name,
        report=report,
        onto=onto,
    )


def _sources(snapshot: Snapshot) -> list[Mapping[str, Any]]:
    """The files of a version; those kept before files could be added have themselves alone."""
    alone = {"name": snapshot.name, "digest": snapshot.digest}
    found: list[Mapping[str, Any]] = snapshot.report.get("sources", [alone])
    return found


def _same_shape(current: Snapshot, plan: Plan) -> None:
    before = str(current.report["plan"].get("shape", "rows"))
    if before != plan.shape:
        raise CxError(
            "other_shape",
            N_("This file has another shape ({new}) than what is there ({old})."),
            N_("Replace the data, or import the file into a workspace of its own."),
            new=plan.shape,
            old=before,
        )


def _save(path: Path, value: Mapping[str, Any]) -> None:
    temporary = path.with_suffix(".part")
    temporary.write_text(json.dumps(value), encoding="utf-8")
    temporary.replace(path)


def _load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
