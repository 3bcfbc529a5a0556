"""`ces`: the share of answers that found it easy, with its interval and what changed."""

from __future__ import annotations

import argparse
from typing import Any

from cxlib.cli import survey
from cxlib.i18n import N_
from cxlib.voice import ces

NAME = "ces"
HELP = N_("measure customer effort in survey answers, by month and group")
describe = survey.describe


def add_options(parser: argparse.ArgumentParser) -> None:
    """Those of a survey, and which answers are good."""
    survey.add_options(parser)
    parser.add_argument("--positive", type=float, metavar="POINT")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """The score of the file's question; see `cxlib.cli.survey`."""
    return survey.run(arguments, "ces", ces.analyse, positive=arguments.positive)
