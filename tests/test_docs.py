"""What the documents say is there is there, and the examples run."""

from __future__ import annotations

import argparse
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from cxlib.cli import commands, main, options
from cxlib.i18n import language
from pages._catalogue import pages

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "data").glob("*.md")]
)
README = (ROOT / "README.md").read_text(encoding="utf-8")
CLI = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
every_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.name)


def section(name: str) -> str:
    """The part of docs/cli.md under a heading."""
    found = re.search(rf"^## {re.escape(name)}\n(.*?)(?=^## |\Z)", CLI, re.M | re.S)
    assert found, f"docs/cli.md has no part on {name}"
    return found[1]


def flags(add) -> set[str]:
    parser = argparse.ArgumentParser(add_help=False)
    add(parser)
    return {flag for action in parser._actions for flag in action.option_strings}


@pytest.mark.parametrize("name", commands())
def test_every_command_and_option_is_described(name):
    text = section(name)
    for flag in flags(commands()[name].add_options):
        assert re.search(rf"{flag}(?![\w-])", text), f"{name}: {flag}"


def test_every_shared_option_is_described():
    text = section("Options of every command")
    for flag in flags(lambda parser: options.add(parser, language("en"))):
        assert re.search(rf"{flag}(?![\w-])", text), flag


def test_only_real_commands_and_options_are_described():
    later = section("Not yet there")
    assert {name for name in commands() if f"`{name}`" in later} <= {"read"}
    known = {"--help", *flags(lambda parser: options.add(parser, language("en")))}
    for module in commands().values():
        known |= flags(module.add_options)
    named = set(re.findall(r"--[a-z][\w-]*", CLI.replace(later, "") + README))
    assert named - known <= {"--dist"}  # pytest's


def test_every_page_is_in_the_readme():
    answers = README.split("## What each page answers")[1].split("\n## ")[0]
    described = set(re.findall(r"^\| ([^|]+?) \|", answers, re.M)) - {"page", "---"}
    assert described == {page.title for page in pages()}


def test_every_make_target_exists():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    named = {
        target
        for path in DOCUMENTS
        for target in re.findall(
            r"(?:`|^ {4})make ([a-z]+)", path.read_text(encoding="utf-8"), re.M
        )
    }
    assert {"run", "test", "check"} <= named <= targets


@every_document
def test_links_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


@every_document
def test_files_that_are_named_exist(path):
    text = path.read_text(encoding="utf-8")
    for name in re.findall(r"`((?:cxlib|tests|pages|docs|data)/[\w./]+)`", text):
        assert (ROOT / name).exists(), name


def examples() -> list[str]:
    table = README.split("## Command line")[1].split("\n## ")[0]
    return re.findall(r"\| `python -m cxlib ([^`]+)` \|", table)


@pytest.mark.slow
def test_the_examples_run_in_their_order(tmp_path, monkeypatch, capsys):
    """The commands of the README's table, then its library example on what they wrote."""
    monkeypatch.chdir(tmp_path)
    written = set()
    for command in examples():
        command, _, kept = command.partition(" > ")
        assert main(shlex.split(command)) == 0, (command, capsys.readouterr().err)
        out = capsys.readouterr().out
        if kept:
            Path(kept).write_text(out, encoding="utf-8")
        assert len(out) > 20, command
        written |= set(re.findall(r"--(?:out|rejects) (\S+)", command))
    assert {name.split()[0] for name in examples()} == set(commands())
    for file in written:
        assert (tmp_path / file).stat().st_size > 100, file
    code = "\n".join(re.findall(r"```python\n(.*?)```", README, re.S))
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(ROOT)},
    )
    assert run.returncode == 0, run.stderr
    assert "Champions" in run.stdout
    assert "Estimate(value=" in run.stdout
