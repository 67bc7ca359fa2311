"""Two records beside each other in the terminal, what differs marked; and the values that nobody's record means.

Belongs here: drawing, in English and Chinese. Not here: reading the records (identity/review.py), asking (identity_commands.py).
What is drawn names people: it goes to the steward's terminal and nowhere else.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from assets.answering import ReviewError
from identity.review import FIELDS, Junk, Likeness, Record, likeness

_LABELS = {
    "full_name": "name · 姓名",
    "kind": "kind · 类型",
    "birth_date": "birth date · 出生日期",
    "gender": "gender · 性别",
    "id_number": "identity number · 证件号码",
    "mobile": "mobile · 手机号码",
    "email": "e-mail · 电子邮箱",
    "device_id": "device · 设备",
    "address": "address · 地址",
    "city": "city · 城市",
    "credit_code": "credit code · 统一社会信用代码",
    "customer_no": "customer number · 客户号",
}
_REASONS = {"listed": "listed in the rules · 规则所列", "shared": "too many share it · 共用过多"}
_MARKS: dict[Likeness, tuple[str, str]] = {
    "same": ("=", "green"),
    "alike": ("≈", "green"),
    "different": ("≠", "bold red"),
    "unknown": ("", ""),
}
_LONGEST = 300
_WHOLE = 32  # of a value in a narrow terminal: what is longer is folded


def require_terminal(what: str, mend: str) -> None:
    """Errors: ReviewError, where what is shown would go into a file or to another program, and stay there."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise ReviewError(f"{what}, so they are shown in a terminal alone; {mend}")


def shown(value: object) -> str:
    """A value as it may stand in a terminal: nothing in it can steer the cursor, and none of it fills the screen."""
    if value is None:
        return "—"
    text = "".join(each if each.isprintable() else "�" for each in str(value))
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def side_by_side(a: Record, b: Record) -> Table:
    """A row a field: one record, how both compare, the other record."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    table.add_column("")
    for record in (a, b):
        table.add_column(Text(f"{shown(record.name[0])}\n{shown(record.name[1])}"), overflow="fold", ratio=1)
        table.add_column("") if record is a else None
    for column in FIELDS:
        mark, style = _MARKS[likeness(column, a, b)]
        if a.given[column] is not None or b.given[column] is not None:
            table.add_row(
                _LABELS[column], Text(shown(a.given[column]), style), Text(mark, style), Text(shown(b.given[column]), style)
            )
    table.add_row("first seen · 首次出现", shown(a.first_seen_on), "", shown(b.first_seen_on))
    table.add_row("customer now · 当前客户", _belongs(a), "", _belongs(b))
    return table


def _belongs(record: Record) -> str:
    return f"{record.customer_id} ({record.method}; {record.customer_records} record(s) · 条记录)"


def junk_list(values: Sequence[Junk]) -> Table:
    """A row a value: what it was given as, why it counts for nothing, how many records have it."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    table.add_column("field · 字段", overflow="fold")
    table.add_column("value · 值", overflow="fold", min_width=_WHOLE)
    table.add_column("why · 原因", overflow="fold")
    table.add_column("records · 记录数", justify="right")
    for each in values:
        label = _LABELS["full_name" if each.column == "name" else each.column]
        table.add_row(label, Text(shown(each.value)), _REASONS[each.reason], f"{each.records:,}")
    return table
