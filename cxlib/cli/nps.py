"""`nps`: who would recommend, less who would not, with its interval and what changed."""

from __future__ import annotations

import argparse
from typing import Any

from cxlib.cli import survey
from cxlib.i18n import N_
from cxlib.voice import nps

NAME = "nps"
HELP = N_("measure the net promoter score of survey answers, by month and group")
add_options, describe = survey.add_options, survey.describe


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """The score of the file's question; see `cxlib.cli.survey`."""
    return survey.run(arguments, "nps", nps.analyse)
