"""The command line: one module a command, found by discovery.

A command is a module of this package, named like it (``import_`` for ``import``), that has `NAME`,
`HELP` (a message id), `add_options(parser)`, which adds its positionals and its own options, `run(arguments) -> dict`,
plain values for ``--json`` (with a receipt, what was asked is added as ``run``), and, where the general listing will not do,
`describe(result, language) -> str` for people. The options that every command shares are in
`cxlib.cli.options`; `cxlib.cli.loading` turns a file of the user into tables.
"""

from __future__ import annotations

import argparse
import importlib
import json
import keyword
import os
import pkgutil
import sys
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

from cxlib.cli import options, printing, recorded
from cxlib.errors import CxError
from cxlib.i18n import N_, SOURCE, Language, language
from cxlib.ingest.faults import disk_full, is_full

DONE, REFUSED, STOPPED = 0, 2, 130


def commands() -> dict[str, ModuleType]:
    """The command modules by name, in alphabetical order."""
    names = (module.name for module in pkgutil.iter_modules(__path__))
    found = (importlib.import_module(f"{__name__}.{name}") for name in names)
    return {module.NAME: module for module in found if hasattr(module, "NAME")}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 2 the user's input, 130 interrupted."""
    argv = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    shown, as_json = language(SOURCE), "--json" in argv
    try:
        shown = language(options.asked_language(argv))
        arguments = parsed(argv, shown)
        result = arguments.command.run(arguments)
        if as_json and "receipt" in result:
            result = {**result, "run": recorded.run(argv, arguments)}
    except CxError as error:
        return _refused(error, shown, as_json)
    except OSError as error:
        if is_full(error):
            return _refused(disk_full(), shown, as_json)
        wrapped = CxError(
            "cannot_open",
            N_("“{path}” cannot be used: {reason}."),
            path=str(error.filename),
            reason=str(error.strerror),
        )
        return _refused(wrapped, shown, as_json)
    except KeyboardInterrupt:
        return STOPPED
    _answer(_written(arguments.command, result, shown, as_json))
    return REFUSED if result.get("refused") else DONE


def parsed(argv: Sequence[str], shown: Language) -> argparse.Namespace:
    """What was asked; `command` is the module of the command. Raises CxError `usage`."""
    return _parser(shown, _asked(argv)).parse_args(argv)


def _asked(argv: Sequence[str]) -> dict[str, ModuleType]:
    """The command that comes first, loaded alone: the others bring slow libraries. Else all."""
    name = argv[0].replace("-", "_") if argv else ""
    name += "_" * keyword.iskeyword(name)
    if name in {module.name for module in pkgutil.iter_modules(__path__)}:
        module = importlib.import_module(f"{__name__}.{name}")
        if getattr(module, "NAME", None) == argv[0]:
            return {module.NAME: module}
    return commands()


class _Parser(argparse.ArgumentParser):
    """Wrong usage is an error like any other: code, one line, exit 2."""

    def error(self, message: str) -> Any:
        raise CxError(
            "usage",
            N_("{problem}"),
            N_("See {program} --help."),
            problem=message,
            program=self.prog,
        )


def _parser(shown: Language, modules: Mapping[str, ModuleType]) -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m cxlib", description=shown(N_("Customer analytics from the command line."))
    )
    choices = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)
    for name, module in modules.items():
        help_text = shown(module.HELP)
        command = choices.add_parser(name, help=help_text, description=help_text)
        module.add_options(command)
        options.add(command, shown)
        command.set_defaults(command=module)
    return parser


def _written(command: ModuleType, result: dict[str, Any], shown: Language, as_json: bool) -> str:
    if as_json:
        return json.dumps(printing.plain(result), ensure_ascii=False, indent=1, allow_nan=False)
    describe = getattr(command, "describe", printing.describe)
    return str(describe(result, shown))


def _answer(text: str) -> None:
    try:
        print(text, flush=True)  # noqa: T201 - what the command is for
    except BrokenPipeError:  # the reader has seen enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _refused(error: CxError, shown: Language, as_json: bool) -> int:
    message, hint = shown.error(error)
    if as_json:
        issues = [printing.issue(i, shown) for i in error.issues]
        body = {"code": error.code, "message": message, "hint": hint, "issues": issues}
        _answer(json.dumps({"error": printing.plain(body)}, ensure_ascii=False, indent=1))
    line = f"cxlib: {message} {hint}".strip().replace("\n", " ")
    print(line, file=sys.stderr)  # noqa: T201 - one line for people
    return REFUSED
