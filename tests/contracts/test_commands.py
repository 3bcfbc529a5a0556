"""What every command promises: help in both languages, and never a traceback for a bad file."""

from __future__ import annotations

import json

import pytest

from cxlib.cli import commands, main
from cxlib.i18n import language, languages

every_command = pytest.mark.parametrize("name", commands())
# What a command needs besides its file; None for one that takes no file.
EXTRA = {"read": ["--outdir", "out"], "demo": None, "workspace": None}
on_files = pytest.mark.parametrize("name", [c for c in commands() if EXTRA.get(c, ()) is not None])


def on(name: str, file: str, *options: str) -> list[str]:
    return [name, file, *(EXTRA.get(name) or ()), *options]


@every_command
@pytest.mark.parametrize("code", languages())
def test_help_is_in_the_readers_language(name, code, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "400")
    with pytest.raises(SystemExit) as stopped:
        main([name, "--help", "--lang", code])
    assert stopped.value.code == 0
    shown = capsys.readouterr().out
    assert language(code)(commands()[name].HELP) in shown
    assert language(code)("the business time zone") in shown


@on_files
@pytest.mark.parametrize("code", languages())
def test_unknown_file_is_one_line(name, code, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(on(name, "no-such-file.csv", "--lang", code)) == 2
    streams = capsys.readouterr()
    problem = streams.err.strip().splitlines()
    assert len(problem) == 1
    assert "no-such-file.csv" in streams.out + streams.err
    assert "Traceback" not in streams.err


@on_files
def test_unknown_file_as_json(name, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(on(name, "no-such-file.csv", "--json")) == 2
    answer = json.loads(capsys.readouterr().out)
    # `read` goes on with the next file, so its problems are issues of their file.
    error = answer.get("error") or answer["files"][0]["issues"][0]
    assert error["code"] == "no_such_file"
    assert "no-such-file.csv" in error["message"]


@on_files
@pytest.mark.parametrize(
    "content",
    [b"PK\x03\x04\x00\xff not a workbook", b"a;b\n1;2\n"],
    ids=["torn", "no known column"],
)
def test_a_bad_file_is_no_traceback(name, content, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.csv").write_bytes(content)
    code = main(on(name, "bad.csv", "--json"))
    streams = capsys.readouterr()
    assert code in (0, 2)
    assert "Traceback" not in streams.err
    assert isinstance(json.loads(streams.out), dict)
    assert code == 2 or name in ("read", "inspect")


@every_command
def test_wrong_usage_is_typed(name, capsys):
    assert main([name, "--no-such-option", "--json"]) == 2
    streams = capsys.readouterr()
    assert json.loads(streams.out)["error"]["code"] == "usage"
    assert len(streams.err.strip().splitlines()) == 1


def test_an_unknown_command_lists_the_known_ones(capsys):
    assert main(["no-such-command", "--json"]) == 2
    message = json.loads(capsys.readouterr().out)["error"]["message"]
    assert all(name in message for name in commands())
