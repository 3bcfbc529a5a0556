"""What becomes of every file of a folder of hostile and odd ones: imported, asked about or refused.

One process walks the corpora (a folder each) and imports every file as the app does: stage, propose,
plan, convert, the heavy steps in a child. A question is answered with its first choice, and the file
counts as asked. Fails if anything but a typed error comes back, or if for one file the rows read are
not those accepted, merged and rejected.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path

from cxlib.errors import CxError
from cxlib.ingest import convert, match, read, sandbox
from cxlib.ingest.canonical import Imported
from cxlib.ingest.plan import Proposal, plan
from cxlib.ingest.sandbox import Limits
from cxlib.ingest.staged import Staged

HERE = Path(__file__).resolve().parents[1]
CHILDREN = 2
ROUNDS = 4  # of questions about columns
LIMITS = Limits(wall=120.0, processor=120)
SHOWN = ("read", "imported", "asked", "refused", "crashed")
ROWS = ("rows_read", "rows_accepted", "rows_merged", "rows_rejected")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file. `code` is of its refusal, `wrong` what must not be."""

    file: str
    corpus: str
    read: bool = False
    imported: bool = False
    asked: bool = False
    code: str = ""
    wrong: str = ""
    rows: dict[str, int] = field(default_factory=dict)


def outcome(path: Path, corpora: Path, folder: Path) -> Outcome:
    """Import a file into `folder` and say what became of it."""
    file, corpus = str(path.relative_to(corpora)), path.relative_to(corpora).parts[0]
    known = Outcome(file, corpus if path.parent != corpora else ".")

    def now(**changes: object) -> Outcome:
        return Outcome(**{**asdict(known), **changes})

    try:
        staged = sandbox.run(read.stage, path, folder, name=path.name, limits=LIMITS)
    except CxError as error:
        return now(code=error.code, wrong=_wrong(error))
    rows = staged.rows + staged.rejected
    known = now(read=True, rows={"rows_read": rows})
    try:
        proposal, asked = _settled(staged)
        known = now(asked=asked)
        made = plan(proposal, _answers(proposal))
        imported = sandbox.run(convert.convert, staged, made, folder, limits=LIMITS)
    except CxError as error:
        return now(code=error.code, wrong=_wrong(error))
    counts = {name: getattr(imported, name) for name in ROWS}
    return now(imported=True, rows=counts, wrong=_unaccounted(imported, rows))


def _settled(staged: Staged) -> tuple[Proposal, bool]:
    """What a file seems to hold once no column is in question, and whether anything was.

    A file that is of no kind is taken for a list of customers: that needs no more than an id.
    """
    proposal = sandbox.run(match.propose, staged, limits=LIMITS)
    asked, mapping = bool(proposal.questions), dict[str, str]()
    if any(q.code == "which_column" for q in proposal.questions):
        proposal = sandbox.run(match.propose, staged, kind="customers", limits=LIMITS)
    for _ in range(ROUNDS):
        unclear = [q for q in proposal.questions if q.code == "which_column" and q.choices]
        if not unclear:
            break
        for question in unclear:
            free = [c.value for c in question.choices if c.value not in mapping.values()]
            mapping[question.field] = (free or [question.choices[0].value])[0]
        proposal = sandbox.run(
            match.propose, staged, kind=proposal.kind, mapping=mapping, limits=LIMITS
        )
    return proposal, asked


def _answers(proposal: Proposal) -> dict[str, str]:
    return {
        q.id: proposal.mapping.get(q.field, q.choices[0].value)
        if q.code == "which_column"
        else q.choices[0].value
        for q in proposal.questions
        if q.choices
    }


def _wrong(error: CxError) -> str:
    return str(error) if error.code == "internal" else ""


def _unaccounted(imported: Imported, rows: int) -> str:
    told = imported.rows_accepted + imported.rows_merged + imported.rows_rejected
    if imported.rows_read == told == rows:
        return ""
    return f"{rows} rows in the file, {imported.rows_read} read, {told} accounted for"


def walk(corpora: Path) -> Iterator[Outcome]:
    """The outcome of every file beneath a folder, in the order of their names."""

    def one(path: Path) -> Outcome:
        with tempfile.TemporaryDirectory(prefix="cxlib-bench-") as folder:
            return outcome(path, corpora, Path(folder))

    files = sorted(p for p in corpora.rglob("*") if p.is_file())
    with ThreadPoolExecutor(CHILDREN) as threads:
        for done, found in enumerate(threads.map(one, files), start=1):
            if done % 100 == 0:
                print(f"{done:,} of {len(files):,} files", file=sys.stderr, flush=True)
            if found.wrong:
                print(f"{found.file}: {found.wrong}", file=sys.stderr, flush=True)
            yield found


def by_corpus(outcomes: list[Outcome]) -> dict[str, dict[str, object]]:
    """The counts of each corpus and of all."""
    found = {}
    for corpus in [*dict.fromkeys(o.corpus for o in outcomes), "all"]:
        mine = [o for o in outcomes if corpus in (o.corpus, "all")]
        found[corpus] = {
            "files": len(mine),
            "read": sum(o.read for o in mine),
            "imported": sum(o.imported for o in mine),
            "asked": sum(o.asked for o in mine),
            "refused": sum(bool(o.code) for o in mine),
            "crashed": sum(bool(o.wrong) for o in mine),
            **{name: sum(o.rows.get(name, 0) for o in mine if o.imported) for name in ROWS},
            "rows_only_read": sum(o.rows.get("rows_read", 0) for o in mine if not o.imported),
            "codes": dict(Counter(o.code for o in mine if o.code).most_common()),
        }
    return found


def main(argv: list[str]) -> int:
    """Print the table; exit 1 on a crash or a row that is not accounted for."""
    parser = argparse.ArgumentParser(prog="bench corpora", description=__doc__)
    parser.add_argument("--corpora", type=Path, default=HERE.parent / "shared" / "corpora")
    parser.add_argument("--json", action="store_true", help="the outcome of every file")
    options = parser.parse_args(argv)
    logging.basicConfig(level=logging.ERROR)
    began = time.perf_counter()
    outcomes = list(walk(options.corpora))
    table = by_corpus(outcomes)
    wrong = [o for o in outcomes if o.wrong]
    if options.json:
        print(json.dumps({"corpora": table, "files": [asdict(o) for o in outcomes]}, indent=1))
        return bool(wrong)
    names = ["files", *SHOWN, *ROWS, "rows_only_read"]
    print("| corpus | " + " | ".join(name.replace("_", " ") for name in names) + " | refusals |")
    print("|---|" + "---|" * (len(names) + 1))
    for corpus, counts in table.items():
        codes = ", ".join(f"{code} {n}" for code, n in dict(counts["codes"]).items())  # type: ignore[call-overload]
        print(f"| {corpus} | " + " | ".join(f"{counts[n]:,}" for n in names) + f" | {codes} |")
    for o in wrong:
        print(f"\n{o.file}: {o.wrong}")
    seconds = time.perf_counter() - began
    print(f"\n{len(outcomes):,} files in one process (id {os.getpid()}), {seconds:.0f} s.")
    return bool(wrong)
