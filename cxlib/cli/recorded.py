"""What was asked of which files, kept beside an answer: enough to ask again."""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any


def run(argv: Sequence[str], arguments: argparse.Namespace) -> dict[str, Any]:
    """The run of a command, as plain values.

    Parameters
    ----------
    argv : sequence of str
        What was typed, the command first.
    arguments : argparse.Namespace
        What that was read as.

    Returns
    -------
    dict
        ``command``; ``arguments``, without those that only say how the answer is given; ``lang``,
        the language of its words; ``files``, each with its `name` as typed and the `digest` of its
        bytes.
    """
    command, *rest = asked(argv)
    return {
        "command": command,
        "arguments": rest,
        "lang": arguments.lang,
        "files": [{"name": str(path), "digest": digest(path)} for path in files(arguments)],
    }


def asked(argv: Sequence[str]) -> list[str]:
    """Arguments without ``--json``, ``--out`` and ``--lang``: what decides about the numbers."""
    given = argparse.ArgumentParser(add_help=False)
    given.add_argument("--json", action="store_true")
    for option in ("--out", "--lang"):
        given.add_argument(option)
    return given.parse_known_args(list(argv))[1]


def files(arguments: argparse.Namespace) -> Iterator[Path]:
    """The files that a command was given, in the order of its options; a pipe can be read once."""
    for name, value in vars(arguments).items():
        if name != "out":
            found = value if isinstance(value, list) else [value]
            yield from (path for path in found if isinstance(path, Path) and path.is_file())


def digest(path: Path) -> str:
    """SHA-256 of the bytes of a file, hexadecimal."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
