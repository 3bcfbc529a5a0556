"""What every table kind promises. That the nine are the design's is held by tests/tables."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path
from typing import get_args

import pytest

import cxlib.tables
from cxlib.tables.kind import FieldType, kinds
from tests.contracts.words import marked

every_kind = pytest.mark.parametrize("kind", kinds().values(), ids=kinds())


@every_kind
def test_kind_is_a_file_of_its_name(kind):
    assert importlib.import_module(f"cxlib.tables.{kind.name}").KIND is kind


def test_every_file_that_declares_a_kind_is_found():
    folder = Path(cxlib.tables.__file__).parent
    declaring = {
        file.stem
        for file in folder.glob("*.py")
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "KIND"
    }
    assert declaring == set(kinds())


@every_kind
def test_labels_are_message_ids(kind):
    labels = [kind.label, *(field.label for field in kind.fields)]
    assert [label for label in labels if label not in marked()] == []
    assert len({field.label for field in kind.fields}) == len(kind.fields), "two look the same"


@every_kind
def test_fields_are_typed_and_required_ones_come_first(kind):
    assert [f.name for f in kind.fields if f.type not in get_args(FieldType)] == []
    required = [field.required for field in kind.fields]
    assert required == sorted(required, reverse=True)
    assert any(required)
    assert len({field.name for field in kind.fields}) == len(kind.fields)


@every_kind
def test_requirements_name_fields(kind):
    names = {field.name for field in kind.fields}
    assert [name for shape in kind.requires for name in shape if name not in names] == []
    assert kind.missing(names) == ()
    assert kind.missing(set()) != ()
