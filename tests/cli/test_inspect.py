import json

from cxlib.cli import main


def test_what_a_file_seems_to_hold(tmp_path, capsys):
    source = tmp_path / "a.csv"
    source.write_text(
        "ID Pelanggan;Tanggal;Total Harga\n001;01/02/2025;Rp 5.000\n002;03/04/2025;Rp 75.500\n"
    )
    assert main(["inspect", str(source), "--json", "--lang", "id"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["kind"] == "transactions"
    assert result["mapping"] == {
        "customer_id": "ID Pelanggan",
        "timestamp": "Tanggal",
        "amount": "Total Harga",
    }
    assert (result["encoding"], result["delimiter"], result["rows"]) == ("utf-8", ";", 2)
    (question,) = result["questions"]
    assert question["id"] == "date_order:timestamp"
    assert question["message"].startswith("Di kolom “Tanggal”, mana yang lebih dulu")
    assert [c["examples"][0]["read"] for c in question["choices"]] == ["2025-02-01", "2025-01-02"]


def test_people_get_lines(tmp_path, capsys):
    source = tmp_path / "a.csv"
    source.write_text("customer,date,amount\n1,2025-01-31,5\n")
    assert main(["inspect", str(source)]) == 0
    assert "transactions" in capsys.readouterr().out
