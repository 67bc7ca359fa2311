"""`live`: business days one after another, killed between two of them; customers react to what the days before sent them."""

from __future__ import annotations

import signal
from datetime import date
from pathlib import Path

import duckdb
from day_kit import LATER, LIVE, NEXT, Rows, published_files, query
from day_scenes import Lived, NextDay, Reacted
from test_day_first_run import section

HEARD = """
select _landed_on as landed_on, message_id as delivery_id, occurred_at as at from read_parquet('{raw}/message_events/*.parquet')
union all
select _landed_on, task_id, updated_at from read_parquet('{raw}/task_results/*.parquet')
"""


def heard(home: Path) -> Rows:
    """Date of the drop, delivery, its business date and status, and when it happened, of all that was heard."""
    raw = home / "raw" / "engagement"
    return query(
        home,
        "select h.landed_on, h.delivery_id, d.business_date, d.status, h.at"
        f" from ({HEARD.format(raw=raw)}) h left join published.deliveries d using (delivery_id)",
    )


def test_it_shows_a_line_a_day_and_goes_on_after_a_kill_where_it_stood(reacted: Reacted) -> None:
    assert reacted.killed.code == -signal.SIGKILL
    assert f"✓ {NEXT}  day 1 of 2" in reacted.killed.output
    assert str(LATER) not in reacted.killed.output
    assert reacted.done.code == 0, reacted.done.output
    assert f"✓ {LATER}  day 1 of 1" in reacted.done.output
    assert [line for line in reacted.done.output.splitlines() if "✓" in line and str(LATER) not in line] == []
    for alarming in ("Traceback", "Warning", "Error", "Stopped"):
        assert alarming not in reacted.done.output


def test_each_drop_tells_of_deliveries_of_the_days_before_alone(reacted: Reacted) -> None:
    rows = heard(reacted.home)
    assert {(landed, sent) for landed, _, sent, _, _ in rows} >= {(NEXT, LIVE), (LATER, NEXT)}
    assert all(status == "acknowledged" and sent < landed for landed, _, sent, status, _ in rows)
    assert all(sent <= at.date() <= landed for landed, _, sent, _, at in rows)


def test_of_every_message_sent_something_is_heard_on_the_next_date(reacted: Reacted) -> None:
    messages = query(
        reacted.home,
        "select delivery_id, business_date from published.deliveries where destination = 'messaging' and business_date < ?",
        [LATER],
    )
    told = {(delivery, landed) for landed, delivery, *_ in heard(reacted.home)}
    assert messages
    assert {(delivery, date.fromordinal(sent.toordinal() + 1)) for delivery, sent in messages} <= told


def test_the_gates_stay_open_for_what_is_heard(reacted: Reacted) -> None:
    verdicts = query(
        reacted.home,
        "select business_date, table_name, gate, rows_quarantined from published.source_health"
        " where source = 'engagement' and table_name in ('message_events', 'task_results') and rows_landed > 0",
    )
    assert {(on, table) for on, table, *_ in verdicts} >= {(NEXT, "task_results"), (LATER, "message_events")}
    assert {gate for _, _, gate, _ in verdicts} == {"open"}
    assert query(reacted.home, "select count(*) from published.source_health where gate <> 'open'") == [(0,)]


def test_a_day_lived_is_the_day_that_run_gives(reacted: Reacted, next_day: NextDay) -> None:
    for table in ("list_entries", "decision_trace", "source_health", "tag_changes"):
        [lived] = [path for path in published_files(reacted.home, table) if path.stem == str(NEXT)]
        [run] = [path for path in published_files(next_day.home, table) if path.stem == str(NEXT)]
        with duckdb.connect() as connection:
            difference = "(select * from read_parquet(?) except all select * from read_parquet(?))"
            files = [str(lived), str(run)]
            both = f"select count(*) from ({difference} union all {difference})"
            assert connection.execute(both, [*files, *reversed(files)]).fetchall() == [(0,)], table


def test_the_summary_counts_deliveries_and_reactions_by_strategy(reacted: Reacted, first_run: Lived) -> None:
    title = "Deliveries and reactions by strategy so far"
    header, *rows = section(reacted.done.output, title)
    assert header == ["strategy", "sent", "opened", "clicked", "unreached", "refused", "tasks done", "interested"]
    [(strategy, sent, opened, *_, done, interested)] = rows
    raw = f"'{reacted.home}/raw/engagement"
    [(told_sent, told_opened, told_done, told_interested)] = query(
        reacted.home,
        "select (select count(*) from published.deliveries where status = 'acknowledged'),"
        f" (select count(*) from read_parquet({raw}/message_events/*.parquet') where event = 'opened'),"
        f" (select count(*) from read_parquet({raw}/task_results/*.parquet') where status = 'done'),"
        f" (select count(*) from read_parquet({raw}/task_results/*.parquet') where outcome in ('interested', 'bought'))",
    )
    assert strategy == "wealth_winback"
    assert [int(cell) for cell in (sent, opened, done, interested)] == [told_sent, told_opened, told_done, told_interested]
    assert told_sent > told_done > 0
    [(_, first_sent, *nothing)] = section(first_run.done.output, title)[1:]
    assert int(first_sent) > 0
    assert set(nothing) == {"0"}


def test_the_truth_knows_each_treatment_that_was_sent(reacted: Reacted) -> None:
    with duckdb.connect() as connection:
        files = str(reacted.home / "demo" / "truth" / "effects" / "*.parquet")
        truth = connection.execute("select strategy_id, customer_no, delivery_id from read_parquet(?)", [files]).fetchall()
    treated = query(
        reacted.home,
        "select distinct d.delivery_id, i.record_id"
        " from published.deliveries d join published.customer_identities i using (customer_id)"
        " where i.record_source = 'core_banking.customers' and d.business_date < ? and d.channel = 'rm_task'",
        [LATER],
    )
    assert truth
    assert {(delivery, customer) for _, customer, delivery in truth if (delivery, customer) in set(treated)}
    assert {customer for _, customer in treated} <= {customer for _, customer, _ in truth}
