"""`verify REPORT.json [FILE…]`: a saved answer, computed again and compared number by number."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from io import StringIO
from itertools import chain
from pathlib import Path
from types import ModuleType
from typing import Any

from cxlib import cli
from cxlib.cli import printing, recorded
from cxlib.cli.differences import Difference, compared
from cxlib.cli.workspace import home_of, opened
from cxlib.definitions import ANALYSES
from cxlib.errors import CxError
from cxlib.export import report
from cxlib.i18n import N_, SOURCE, Language, language

NAME = "verify"
HELP = N_("compute a saved answer again and compare every number")
SHOWN = 20  # differences that people are shown; programs get them all

VERSIONS = ("definition", "version", "library")
# What a receipt says of the data and of us: it decides which state differences are.
APART = {*VERSIONS, "snapshots", "formula"}
STATES = {
    "equal": N_("Equal: {compared} values were computed again, and none differs."),
    "differs": N_("{differing} of {compared} values differ from the report; the first is {first}."),
    "other_data": N_(
        "These are not the data of the report, and {differing} of {compared} values differ."
    ),
    "other_version": N_(
        "Another version computed the report ({saved}; this is {now}), and {differing} of {compared}"
        " values differ."
    ),
}


def add_options(parser: argparse.ArgumentParser) -> None:
    """The saved answer, its files where they are not where they were, and the data of the app."""
    parser.add_argument("report", type=Path, metavar="REPORT.json")
    parser.add_argument("files", type=Path, nargs="*", metavar="FILE")
    parser.add_argument("--home", type=Path, metavar="DIR")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Whether the answer is the same, and where not; anything but equal makes the exit code 2."""
    shown = language(arguments.lang)
    saved = _report(arguments.report)
    other_data = False
    if "run" in saved:
        asked = saved.pop("run")
        files = _found(asked["files"], arguments.files)
        now = _again(asked, files)
        other_data = any(
            recorded.digest(files[file["name"]]) != file["digest"] for file in asked["files"]
        )
    else:
        now = _shown(saved, arguments)
    answer = _verdict(saved, now, other_data)
    if not answer["equal"]:
        print(f"cxlib: {_sentence(answer, shown)}", file=sys.stderr)  # noqa: T201
    return answer


def describe(result: dict[str, Any], shown: Language) -> str:
    """The verdict in a sentence, then the first values that differ."""
    rows = result["differences"][:SHOWN]
    table = printing.describe({"differences": [printing.plain(row) for row in rows]}, shown)
    return "\n".join([_sentence(result, shown), *([table] if rows else [])])


def _report(path: Path) -> dict[str, Any]:
    """A saved answer. Raises CxError: `no_such_file`, or `not_a_report` for anything else."""
    if not path.is_file():
        raise CxError("no_such_file", N_("There is no file “{path}”."), path=str(path))
    try:
        saved = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise _no_report(path) from error
    match saved:
        case {
            "receipt": {"snapshots": list()},
            "run": {"command": str(), "arguments": list(given), "files": list(files)},
        } if all(isinstance(text, str) for text in given) and all(map(_is_file, files)):
            return dict(saved)
        case {
            "numbers": dict(),
            "parameters": dict(given),
            "filters": dict(filters),
            "receipt": {
                "snapshots": list(digests),
                "definition": str(),
                "parameters": dict(parameters),
                "timezone": str(),
            },
        } if (
            all(isinstance(values, list) for values in filters.values())
            and all(isinstance(one, str) for one in [*digests, *chain(*filters.values())])
            and not any(
                isinstance(value, (dict, list)) for value in [*parameters.values(), *given.values()]
            )
        ):
            return dict(saved)
    raise _no_report(path)


def _is_file(value: Any) -> bool:
    match value:
        case {"name": str(), "digest": str()}:
            return True
    return False


def _shown(saved: Mapping[str, Any], arguments: argparse.Namespace) -> dict[str, Any]:
    """What a page's receipt would give for download now, from the app's data."""
    receipt = saved["receipt"]
    conditions = tuple((column, tuple(values)) for column, values in saved["filters"].items())
    store = opened(home_of(arguments))
    try:
        data = report.held(store.workspaces(), receipt["snapshots"])
        found = report.again(receipt, conditions, data, saved["parameters"])
        now: dict[str, Any] = printing.plain(found)
        return now
    finally:
        store.close()


def _found(files: Sequence[Mapping[str, str]], given: Sequence[Path]) -> dict[str, Path]:
    """Where each file of the report is, by its name there: by its bytes, its name, or as typed.

    Raises CxError: `no_such_file`, `not_in_report` for one that the report does not name.
    """
    for path in given:
        if not path.is_file():
            raise CxError("no_such_file", N_("There is no file “{path}”."), path=str(path))
    digests = {path: recorded.digest(path) for path in given}
    found = {}
    for file in files:
        name = Path(file["name"])
        places = [path for path in given if digests[path] == file["digest"]]
        places += [path for path in given if path.name == name.name]
        places += [name] if name.is_file() else []
        if not places:
            raise CxError(
                "no_such_file",
                N_("The file “{path}” of the report is not here."),
                N_("Give it after the report, under the same name or with the same bytes."),
                path=str(name),
            )
        found[file["name"]] = places[0]
    for path in given:
        if path not in found.values():
            raise CxError(
                "not_in_report",
                N_("“{path}” is no file of this report: neither its name nor its bytes are."),
                N_("Leave it out, or give the file under the name that it had."),
                path=str(path),
            )
    return found


def _again(asked: Mapping[str, Any], files: Mapping[str, Path]) -> dict[str, Any]:
    """The answer of the same command on the files that were found.

    A report comes from elsewhere, so it is held to what verifying needs: a command that asks an
    analysis, reads the files of the report and writes nothing.
    """
    command = asked["command"]
    # In the language of the report, so that what its words name can be compared.
    argv = [command, "--lang", str(asked.get("lang", SOURCE)), *asked["arguments"]]
    try:
        with redirect_stdout(StringIO()):
            arguments = cli.parsed(argv, language(SOURCE))
    except SystemExit as stopped:  # --help, which is no question
        raise _refused(command) from stopped
    if not _analyses(arguments.command):
        raise _refused(command)
    arguments.out = None
    for option, value in vars(arguments).items():
        if isinstance(value, Path):
            setattr(arguments, option, _file(value, files))
        elif isinstance(value, list):
            places = [_file(v, files) if isinstance(v, Path) else v for v in value]
            setattr(arguments, option, places)
    answer: dict[str, Any] = printing.plain(arguments.command.run(arguments))
    return answer


def _analyses(command: ModuleType) -> bool:
    """Whether a command asks an analysis: one of what it imports is from there."""
    homes = (
        value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
        for value in vars(command).values()
    )
    return any(str(home).startswith(f"{package}.") for home in homes for package in ANALYSES)


def _file(path: Path, files: Mapping[str, Path]) -> Path:
    if str(path) not in files:
        raise CxError(
            "cannot_verify",
            N_("The report was computed from “{path}”, and does not say what was in it."),
            path=str(path),
        )
    return files[str(path)]


def _verdict(saved: Mapping[str, Any], now: Mapping[str, Any], other_data: bool) -> dict[str, Any]:
    """The answer of `verify`.

    Once data can be erased, digests of the report that are among the tombstones have a state of
    their own here, before `other_data`.
    """
    then, again = saved["receipt"], now["receipt"]
    kept = {key: value for key, value in then.items() if key not in APART}
    count, differences = compared({**saved, "receipt": kept}, now)
    if other_data or then["snapshots"] != again["snapshots"]:
        state = "other_data"
    elif not differences:
        state = "equal"
    elif any(then.get(key) != again[key] for key in VERSIONS):
        state = "other_version"
    else:
        state = "differs"
    return {
        "equal": state == "equal",
        "state": state,
        "compared": count,
        "differences": differences,
        "versions": {
            name: {key: receipt.get(key) for key in VERSIONS}
            for name, receipt in (("saved", then), ("now", again))
        },
        "refused": int(state != "equal"),
    }


def _sentence(answer: Mapping[str, Any], shown: Language) -> str:
    differences: Sequence[Difference] = answer["differences"]
    saved, now = (
        "{definition} v{version}, {library}".format(**answer["versions"][name])
        for name in ("saved", "now")
    )
    return shown(
        STATES[answer["state"]],
        differing=shown.number(len(differences)),
        compared=shown.number(answer["compared"]),
        first=_told(differences[0]) if differences else "",
        saved=saved,
        now=now,
    )


def _told(difference: Difference) -> str:
    """A difference in one line, whatever stands there."""
    then, now = (
        json.dumps(value, ensure_ascii=False)[:40] for value in (difference.saved, difference.now)
    )
    return f"{difference.path}: {then} → {now}"


def _no_report(path: Path) -> CxError:
    return CxError(
        "not_a_report",
        N_("“{path}” is no answer with a receipt."),
        N_("Save what a command prints with --json, or the download of a receipt, and give that."),
        path=str(path),
    )


def _refused(command: str) -> CxError:
    return CxError(
        "cannot_verify",
        N_("“{command}” computes no numbers that can be verified."),
        command=command,
    )
