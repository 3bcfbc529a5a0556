import csv
import io

import pytest

from cxlib.errors import CxError
from cxlib.ingest import match, read
from cxlib.tables.kind import kind, kinds
from cxlib.tables.template import guide, template


@pytest.mark.parametrize("name", kinds())
def test_a_template_comes_back_as_its_kind_without_a_question(name, tmp_path):
    path = tmp_path / "file.csv"
    path.write_bytes(template(name))
    proposal = match.propose(read.stage(path, tmp_path))
    assert proposal.kind == name
    assert proposal.questions == ()
    header = next(csv.reader(io.StringIO(template(name).decode("utf-8-sig"))))
    assert dict(proposal.mapping) == {field: field for field in header}
    assert min(proposal.confidence.values()) >= match.CERTAIN


@pytest.mark.parametrize("name", kinds())
def test_a_template_has_what_its_kind_needs_and_says_what_stands_in_it(name):
    columns = guide(name)
    assert kind(name).missing({column.field for column in columns}) == ()
    assert all(column.example for column in columns if column.field != "end")
    assert [c.field for c in columns if c.required] == [
        f.name for f in kind(name).fields if f.required
    ]


def test_an_unknown_kind_is_a_typed_error():
    with pytest.raises(CxError, match="unknown_kind"):
        template("orders")
