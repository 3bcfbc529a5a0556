"""`inspect FILE`: what a file seems to hold, and what would be asked."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

from cxlib.cli import printing
from cxlib.cli.loading import proposed, staged_file
from cxlib.i18n import N_, Language, language
from cxlib.ingest.plan import Question

NAME = "inspect"
HELP = N_("show what a file seems to hold; change nothing")


def add_options(parser: argparse.ArgumentParser) -> None:
    """FILE."""
    parser.add_argument("file", type=Path, metavar="FILE")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Kind, mapping, formats, issues and open questions."""
    shown = language(arguments.lang)
    with tempfile.TemporaryDirectory(prefix="cxlib-") as folder:
        staged = staged_file(arguments, arguments.file, Path(folder))
        proposal = proposed(arguments, staged)
    return {
        "kind": proposal.kind,
        "mapping": dict(proposal.mapping),
        "confidence": dict(proposal.confidence),
        "formats": dict(proposal.formats),
        "currency": proposal.currency,
        "encoding": staged.encoding,
        "delimiter": staged.delimiter,
        "sheet": staged.sheet,
        "header": staged.titles is not None,
        "rows": staged.rows + staged.rejected,
        "columns": list(staged.columns),
        "samples": {name: list(values) for name, values in proposal.samples.items()},
        "issues": [printing.issue(i, shown) for i in (*staged.issues, *proposal.issues)],
        "questions": [_question(q, shown) for q in proposal.questions],
    }


def _question(question: Question, shown: Language) -> dict[str, Any]:
    return {
        "id": question.id,
        "code": question.code,
        "field": question.field,
        "column": question.column,
        "message": shown(question.message, **question.params),
        "option": question.option,
        "choices": [
            {
                "value": choice.value,
                "label": shown(choice.label) or choice.value,
                "examples": [{"text": text, "read": read} for text, read in choice.examples],
            }
            for choice in question.choices
        ],
    }
