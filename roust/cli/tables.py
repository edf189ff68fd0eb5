"""Alerts as a table: one line each."""

from datetime import datetime
from typing import Any

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from roust.cli.alert_ids import shortened
from roust.cli.moments import ago, instant
from roust.cli.terminal import plain

STATE_STYLE = {
    "triggered": "bold red",
    "exhausted": "bold red",
    "acknowledged": "yellow",
    "resolved": "green",
}
_SUMMARY_AT_LEAST = 16


def alerts_table(alerts: list[dict[str, Any]], seen: datetime, short: bool) -> Table:
    """`alerts` as they stand at `seen`; `short`: ids cut to a beginning that fits one of them."""
    ids = [alert["id"] for alert in alerts]
    shown = shortened(ids) if short else ids
    columns = {
        "ID": [plain(each) for each in shown],
        "STATE": [plain(alert["state"]) for alert in alerts],
        "PRIO": [plain(alert["priority"]) for alert in alerts],
        "SINCE": [ago(instant(alert["triggered_at"]), seen) for alert in alerts],
        "OWNER": [plain(alert.get("owner") or "-") for alert in alerts],
        "SUMMARY": [plain(alert["summary"]) + _times(alert) for alert in alerts],
    }
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name, cells in columns.items():
        # Only the summary gives way on a narrow screen: an id is to be copied.
        least = _SUMMARY_AT_LEAST if name == "SUMMARY" else max(cell_len(cell) for cell in [name, *cells])
        table.add_column(name, no_wrap=True, overflow="ellipsis", min_width=least)
    for row in zip(*columns.values(), strict=True):
        table.add_row(*(Text(cell, style=STATE_STYLE.get(cell, "")) for cell in row))
    return table


def _times(alert: dict[str, Any]) -> str:
    return f" (×{alert['count']})" if alert.get("count", 1) > 1 else ""
