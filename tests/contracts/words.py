"""The words of the project, read from its source: what a catalogue has to translate."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def sources() -> list[Path]:
    """Every source file of the library and the app."""
    return [f for folder in ("cxlib", "pages") for f in sorted((ROOT / folder).rglob("*.py"))]


def marked() -> dict[str, str]:
    """Every message id, and the place where it is: in `N_` or `_`, or as the title of a page."""
    return _read()[0]


def unreadable() -> list[str]:
    """Places where `N_` has anything but a literal, or `_` an f-string: nobody could translate it."""
    return _read()[1]


def plurals() -> set[tuple[str, str]]:
    """The pairs that `Language.plural` chooses from."""
    return _read()[2]


@cache
def _read() -> tuple[dict[str, str], list[str], set[tuple[str, str]]]:
    """All three in one pass; no tree is kept, since each slows every garbage collection after it."""
    ids: dict[str, str] = {}
    dark: list[str] = []
    pairs: set[tuple[str, str]] = set()
    for file in sources():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call | ast.Assign):
                continue
            place = f"{file.relative_to(ROOT)}:{node.lineno}"
            for text in _ids(node):
                ids.setdefault(text, place)
            if (_is_call(node, "N_") and not _literal(node.args[0])) or (
                _is_call(node, "_") and node.args and isinstance(node.args[0], ast.JoinedStr)
            ):
                dark.append(place)
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "plural":
                pairs.add(tuple(_words(argument) for argument in node.args[:2]))
    return ids, dark, pairs


def _ids(node: ast.AST) -> Iterator[str]:
    if _is_call(node, "N_", "_") and node.args and _literal(node.args[0]):
        yield node.args[0].value
    elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "PAGE":
        yield ast.literal_eval(node.value)["title"]


def _words(node: ast.expr) -> str:
    return node.args[0].value if _is_call(node, "N_") else ast.literal_eval(node)


def _is_call(node: ast.AST, *names: str) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") in names


def _literal(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
