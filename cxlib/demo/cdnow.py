"""CDNOW: 6,919 purchases of 2,357 customers of a music shop, January 1997 to June 1998.

The 1-in-10 sample of Fader and Hardie, on which the papers on BG/NBD and Gamma-Gamma print their
parameters. The project carries no copy: the installed package lifetimes ships the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

from cxlib.errors import CxError
from cxlib.i18n import N_

# White space, no header: customer in the master file, in the sample, day (YYYYMMDD), CDs, dollars.
MAPPING: Mapping[str, str] = MappingProxyType(
    {"customer_id": "1", "timestamp": "3", "quantity": "4", "amount": "5"}
)


def path() -> Path:
    """Where the installed package keeps the file.

    The package is located and not imported: importing it changes global options of pandas.
    """
    spec = find_spec("lifetimes")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        file = Path(folder) / "datasets" / "CDNOW_sample.txt"
        if file.is_file():
            return file
    raise CxError(
        "sample_missing",
        N_("The CDNOW sample is not installed."),
        N_("Install the package lifetimes; it ships the file."),
    )
