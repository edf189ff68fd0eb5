"""A drill is judged from its files: whoever has them comes to the same verdict."""

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

from drill.invariants import judge
from drill.judge import main
from drill.kept import LEDGER, RECORD, keep, kept
from drill.plot import plot
from drill.record import Receipt, Record
from tests.drill.ledgers import a_fault, answered, unanswered


def a_line(receipt: Receipt) -> str:
    body = {
        "id": receipt.key,
        "type": receipt.kind,
        "alert": {"id": receipt.alert},
        "user": receipt.user,
        "contact": receipt.contact,
        "step": receipt.step,
        "pass": receipt.pass_,
        "cycle": receipt.cycle,
    }
    return json.dumps({"at": receipt.at, "peer": receipt.peer, "body": body}) + "\n"


def kept_in(folder: Path, record: Record) -> Path:
    (folder / LEDGER).write_text("".join(a_line(receipt) for receipt in record.receipts))
    keep(record, folder, seed=7, began="then", ended="now", minutes=1.5)
    return folder


def test_what_is_kept_is_judged_as_it_was(tmp_path: Path) -> None:
    record = answered()
    record.faults = [a_fault(1, 2), a_fault(3, 5, "the server")]
    again, around = kept(kept_in(tmp_path, record))
    assert replace(again, receipts=record.receipts) == record
    assert again.receipts == record.receipts
    assert around["seed"] == 7
    assert judge(again) == []


def test_a_page_that_is_struck_out_of_the_ledger_is_missed(tmp_path: Path) -> None:
    kept_in(tmp_path, unanswered())
    assert main(tmp_path) == 0
    lines = (tmp_path / LEDGER).read_text().splitlines(keepends=True)
    (tmp_path / LEDGER).write_text("".join(lines[:3] + lines[4:]))
    assert main(tmp_path) == 1


def test_an_acknowledge_that_is_forgotten_is_missed(tmp_path: Path) -> None:
    whole = (kept_in(tmp_path, answered()) / RECORD).read_text()
    (tmp_path / RECORD).write_text(whole.replace('"state": "acknowledged"', '"state": "triggered"'))
    assert main(tmp_path) == 1


def test_the_plot_shows_every_page_around_a_kill() -> None:
    record = unanswered()
    record.faults = [a_fault(9, 14)]
    shown = ElementTree.fromstring(plot(record))
    around = [page for page in record.receipts if -10 <= page.at - record.faults[0].killed_at <= 30]
    assert len(shown.findall("{http://www.w3.org/2000/svg}circle")) == len(around)


def test_the_plot_is_of_the_kill_that_is_furthest_from_any_other() -> None:
    record = unanswered()
    record.faults = [a_fault(9, 14), a_fault(15, 16), a_fault(60, 62.5)]
    assert "red: gone for 2.5 s" in plot(record)
