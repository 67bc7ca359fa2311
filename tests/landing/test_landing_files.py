"""Files as a whole: broken lines among good ones, line numbers, damaged files, manifests, and running a date again."""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
from datetime import date

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from foundation.engine import Engine
from integrations.sources.file_drop.drops import open_drop
from integrations.sources.file_drop.errors import TooLittleMemoryError
from integrations.sources.file_drop.scan import scan
from integrations.sources.file_drop.staging import Staged, Stager
from integrations.sources.file_drop.write import ingest

COLUMNS = {"id": "text!", "n": "integer", "note": "text"}


@pytest.fixture
def place(bank):
    return bank(COLUMNS, ["id"])


@pytest.mark.parametrize(
    ("lines", "good", "broken"),
    [
        (["1,1,x", "2,2", "3,3,x"], [("1", 2), ("3", 4)], [3]),
        (["1,1,x", "", "3,3,x", "", ""], [("1", 2), ("3", 4)], []),
        (['1,1,"two\nlines"', "2,2,x"], [("1", 2), ("2", 4)], []),
        (['1,1,"two\n\nlines"', "2,2", "3,3,x"], [("1", 2), ("3", 6)], [5]),
        (['1,1,"open', "2,2,x", "3,3,x"], [("2", 3), ("3", 4)], [2]),
        (['1,"open,x', '2,2,"x"', '3,3,"a\nb"', "4,4,x"], [("2", 3), ("3", 4), ("4", 6)], [2]),
        (['1,"open,x', '3,3,"a\nb"', "4,4,x"], [("3", 3), ("4", 5)], [2]),
        (["1,1,x", '2,2,"open'], [("1", 2)], [3]),
        (['"1\nb,2",9,x', "3,3,x"], [("1\nb,2", 2), ("3", 4)], []),  # its second line has as many fields as a record
        (['1,1,5" wide', "2,2,x"], [("1", 2), ("2", 3)], []),
        (['1,1,"x"y', "2,2,x"], [("2", 3)], [2]),
        (['1,1,"a ""quoted""\nword, or two"', '2,"a\nb"', "3,3,x"], [("1", 2), ("3", 6)], [4]),
        (["1,1,x", "2,2,\udcff", "3,3,x"], [("1", 2), ("3", 4)], [3]),
        (['1,1,"a\n\udcff\nb"', "3,3,x"], [("3", 5)], [2, 3, 4]),
        (["1,1,x\r", "2,2,x", "3,3,x\r"], [("1", 2), ("2", 3), ("3", 4)], []),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_broken_lines_go_to_quarantine_and_every_good_line_stays(bank, lines, good, broken, line_end):
    # No `n` here is a date: quarantine names the line of each good row as well.
    place = bank({"id": "text!", "n": "date", "note": "text"}, ["id"])
    text = "\n".join(["id,n,note", *lines]).replace("\r\n", "\n" if line_end == "\r\n" else "\r\n")
    place.land((text.replace("\n", line_end) + line_end).encode("utf-8", "surrogateescape").replace(b"\r\r\n", b"\r\n"))
    (result,) = place.take_in()

    assert result.error is None
    assert place.rows("id") == [(key,) for key, _ in good]
    cells = [(line, "cell", "n", "bad_type") for _, line in good]
    refused = [(line, "row", None, "malformed_row") for line in broken]
    assert place.quarantined("line, kind, column_name, reason") == sorted(cells + refused)


def test_a_quoted_newline_is_kept_as_it_was_in_a_file_that_also_has_broken_lines(place):
    place.land(b'id,n,note\r\n1,1,"a ""b""\r\nc, d\re"\r\n2,2\r\n')
    place.take_in()

    assert place.rows("note") == [('a "b"\nc, d\re',)]


def test_a_lone_carriage_return_makes_no_line_of_its_own(place):
    place.land(b"id,n,note\n1,1,x\r2,2,y\n3,3\n4,4,x\n")
    place.take_in()

    assert place.rows("id") == [("4",)]
    assert place.quarantined("line, reason") == [(2, "malformed_row"), (3, "malformed_row")]


@pytest.mark.parametrize("text", ["id,n,note\r1,1,x\r2,2,y\r", "id,n,note\r1,1,x\n2,2,y\n"])
def test_a_header_that_a_lone_carriage_return_ends_is_refused_and_no_row_is_lost_with_it(place, text):
    place.land(text)
    (result,) = place.take_in()
    assert "its header ends in a lone carriage return" in (result.error or "")
    assert "a.csv" in (result.error or "")


def test_a_lone_carriage_return_within_the_first_record_ends_no_line(place):
    place.land('id,n,note\n0,1,"a\rb"\n' + "".join(f"{n},{n},x\n" for n in range(1, 3000)))
    (result,) = place.take_in()
    assert (result.error, result.rows_accepted) == (None, 3000)
    assert place.rows("note")[0] == ("a\rb",)


@pytest.mark.parametrize("end", ["csv", "jsonl", "parquet"])
def test_a_name_is_no_pattern_for_other_files(place, end):
    for name, key in (("a[1]", "1"), ("a1", "2"), ("a?", "3"), ("a*", "4"), ("ab", "5")):
        row = {"id": key, "n": int(key)}
        path = place.land(f"id,n\n{key},{key}\n" if end == "csv" else json.dumps(row) + "\n", name=f"{name}.{end}")
        if end == "parquet":
            duckdb.sql(f"copy (select '{key}' as id, {key} as n) to '{path}' (format parquet)")
    (result,) = place.take_in()
    assert (result.error, result.rows_accepted) == (None, 5)
    assert sorted(place.rows("id")) == [(str(key),) for key in range(1, 6)]


def test_a_json_file_tells_the_lines_that_are_no_objects(place):
    place.land(b'{"id": "1"}\n\n{"id": "2"\n[1]\n{"id": "3", "note": "\xff"}\n"id"\n{"id": "4", "n": "x"}', "a.jsonl")
    (result,) = place.take_in()

    assert place.rows("id") == [("1",), ("4",)]
    assert place.quarantined("line, reason") == [*((line, "malformed_row") for line in (3, 4, 5, 6)), (7, "bad_type")]
    assert result.rows_landed == 6


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.jsonl.gz", "a.parquet"])
def test_line_numbers_hold_in_a_file_that_several_threads_read(bank, name):
    # Larger than a reader's buffer and a row group, with allowed values: all that could shuffle records.
    place = bank({"id": "text!", "n": "integer!", "note": "text", "kind": f"text [{'|'.join('abcdefghijklmnop')}]"}, ["id"])
    target = place.folder() / name
    kind = "parquet" if name.endswith("parquet") else "csv" if "csv" in name else "json"
    with duckdb.connect() as connection:
        kinds = "case when i % 1000 = 0 then 'z' when i % 997 = 0 then null else 'b' end as kind"
        rows = f"select 'k' || i as id, i as n, repeat('x', 150) as note, {kinds} from range(1, 250001) as t(i)"
        connection.execute(f"copy ({rows}) to '{target}' (format {kind})")
    before = {"a.csv": 1, "a.csv.gz": 1}.get(name, 0)
    (result,) = place.take_in()

    assert (result.rows_accepted, result.cells_quarantined) == (250_000, 250)
    file = place.home.raw_batch("bank", "things", result.on)
    rows = f"read_parquet('{file}', file_row_number = true)"
    assert duckdb.sql(f"select count(*) from {rows} where file_row_number + 1 <> n").fetchone() == (0,)
    assert place.quarantined("line, key") == [(number + before, f"k{number}") for number in range(1000, 250_001, 1000)]


def test_files_that_are_repaired_together_end_as_if_each_had_come_alone(place):
    drops = [
        ("a.csv", b'id,n,note\n1,1,x\n2,2\n3,3,"open\n4,4,x\n'),
        ("b.csv", b'n,id\n1,1\n\n2,2,2\n3,3\n"4\n'),  # fewer columns, in another order
        ("c.csv", b'"id","extra\nline",n\n1,x,x\n2,x\n3,"a\nb",3\n'),  # a header of two lines
        ("d.csv", b'note,id\r\n"a\r\nb",1\r\n\xff,2\nc,3\n'),
        ("e.csv", b'id,note\n1,"last and open'),
        ("f.csv.gz", gzip.compress(b"\xef\xbb\xbfid,n\n1,1\n2,x,x\n3,y\n")),
        ("g.csv", b"id,note\n" + "".join(f"{n},经理\n" for n in range(30)).encode("gb18030")),
        ("h.jsonl", b'{"id": "1"}\n\n{"id": "2"\n{"id": "3", "n": "x", "more": 1}'),
        ("i.jsonl.gz", gzip.compress(b'\xff\n{"id": "1", "other": 1}\r\n{"id": "2"}\n')),
        ("j.csv", b"id,n\n1,1\n2,2\n"),
    ]
    days = [f"2026-03-{day:02}" for day in range(1, len(drops) + 1)]
    alone = []
    for day, (name, content) in zip(days, drops, strict=True):
        place.land(content, name, on=day)
        alone += ingest(scan(place.home.landing, [place.table], date.fromisoformat(day), date.max), place.home, time_zone="UTC")
    found = "id, n, note, _file, _kind, _faults"
    good = [day for day, result in zip(days, alone, strict=True) if result.error is None]
    rows, quarantined = [place.rows(found, day) for day in good], [place.quarantined("*", day) for day in good]

    together = ingest(scan(place.home.landing, [place.table], date.min, date.max), place.home, time_zone="UTC")
    assert together == alone
    assert [place.rows(found, day) for day in good] == rows
    assert [place.quarantined("*", day) for day in good] == quarantined
    assert len(good) == len(drops) - 1
    broken = {name: [line for (line,) in place.quarantined("line", day)] for day, (name, _) in zip(days, drops, strict=True)}
    assert broken == {
        "a.csv": [3, 4],
        "b.csv": [4, 6],
        "c.csv": [3, 4],
        "d.csv": [4],
        "e.csv": [2],
        "f.csv.gz": [3, 4],
        "g.csv": [],
        "h.jsonl": [3, 4],
        "i.jsonl.gz": [1],
        "j.csv": [],
    }


def test_line_numbers_hold_in_files_of_several_shapes_that_are_read_together(place):
    for on, name, line in (
        ("2026-02-01", "a.csv", "{0},{0},{1}"),
        ("2026-02-02", "b.csv", "{1},{0},{0}"),
        ("2026-02-03", "c.jsonl", '{{"id": "{0}", "n": {0}, "note": "{1}"}}'),
    ):
        head = {"a.csv": "id,n,note\n", "b.csv": "note,id,n\n"}.get(name, "")
        lines = [line.format("x" if number % 5000 == 0 else number, "y" * 80) for number in range(40_000)]
        if name == "c.jsonl":
            lines = [each.replace('"n": x', '"n": "x"') for each in lines]
        place.land(head + "\n".join(lines) + "\n", name, on)
    place.take_in()

    for on, before in (("2026-02-01", 2), ("2026-02-02", 2), ("2026-02-03", 1)):
        # Of the rows with the key `x`, the last stands, and each is told.
        assert place.quarantined("line", on) == [(number + before,) for number in range(0, 40_000, 5000)]
        order = [int(key) for (key,) in place.rows("id", on) if key != "x"]
        assert order == sorted(order)


def test_unreadable_files_among_many_are_found_and_the_others_taken_in(place):
    bad = {"2026-02-01", "2026-02-14", "2026-02-15"}
    for day in range(1, 29):
        on = f"2026-02-{day:02}"
        target = place.folder(on) / "a.parquet"
        duckdb.sql(f"copy (select '{day}' as id, {day} as n) to '{target}' (format parquet)")
        if on in bad:
            target.write_bytes(b"PAR1 and nothing that follows PAR1")
    results = place.take_in()

    assert {str(result.on) for result in results if result.error} == bad
    assert all(str(result.on) in (result.error or "") for result in results if str(result.on) in bad)
    assert sum(result.rows_accepted for result in results) == 25


def test_what_a_parquet_file_says_does_not_depend_on_the_types_of_others(place):
    wanted = {"2026-02-01": "7", "2026-02-02": "7.5", "2026-02-03": "2026-02-03", "2026-02-04": "x"}
    for on, value in zip(wanted, ("7", "7.5::double", "date '2026-02-03'", "'x'"), strict=True):
        duckdb.sql(
            f"copy (select {value} as id, 1 as n, 2 as mine_{on[-1]}) to '{place.folder(on) / 'a.parquet'}' (format parquet)"
        )
    duckdb.sql(f"copy (select true as id, 2.0 as n) to '{place.folder('2026-02-01') / 'b.parquet'}' (format parquet)")
    results = place.take_in()

    assert [result.error for result in results] == [None] * 4
    assert {on: place.rows("id", on)[0] for on in wanted} == {on: (value,) for on, value in wanted.items()}
    assert place.rows("id, n, _file", "2026-02-01") == [("7", 1, "a.parquet"), ("true", 2, "b.parquet")]
    assert [result.unknown_columns for result in results] == [(f"mine_{number}",) for number in range(1, 5)]


def test_many_dates_at_once_become_one_file_each(place):
    for day in range(1, 29):
        place.land("id,n\n" + "".join(f"{day}-{number},{number}\n" for number in range(day)), on=f"2026-02-{day:02}")
    results = place.take_in()

    assert [result.rows_accepted for result in results] == list(range(1, 29))
    assert len(place.rows("id, _landed_on", "2026-02-07")) == 7


def test_a_date_with_rows_and_an_empty_one_are_taken_in_together(place):
    place.land("id,n\n1,1\n")
    place.folder("2026-01-06")
    place.take_in()

    assert (place.rows("id"), place.rows("id", "2026-01-06")) == ([("1",)], [])


def test_an_empty_folder_is_a_batch_without_rows_but_with_all_columns(place):
    place.folder()
    (result,) = place.take_in()

    assert (result.files, result.rows_landed, result.error) == (0, 0, None)
    assert place.rows("id, n, note, _deleted, _file, _landed_on, _kind, _faults") == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv.gz", gzip.compress(b"id,n\n" + b"1,1\n" * 9999, mtime=0)[:-20]),
        ("a.csv.gz", b"no gzip"),
        ("a.parquet", b"PAR1 and nothing that follows PAR1"),
        ("a.parquet", b""),
        ("a.csv", b""),
        ("a.csv", b"ident;number\n1;1\n"),
        ("a.csv", b"id,id\n1,1\n"),
        ("a.csv", b"id,n,note\n1,1," + b"x" * 3_000_000 + b"\n"),
        ("a.xlsx", b"anything"),
    ],
)
def test_a_file_that_cannot_be_read_fails_its_own_batch_alone(place, name, content):
    path = place.land(content, name)
    place.land("id,n\n1,1\n", "z.csv")
    place.land("id,n\n2,2\n", on="2026-01-06")
    failed, good = place.take_in()

    assert str(path) in failed.error
    assert "; " in failed.error
    assert (failed.rows_accepted, good.error, good.rows_accepted) == (0, None, 1)
    assert not place.home.raw_batch("bank", "things", failed.on).exists()


@pytest.mark.parametrize(("rows", "fault"), [(2, None), (3, "promises 3 rows and 2 landed")])
def test_a_manifest_is_held_to_its_rows(place, rows, fault):
    path = place.land("id,n\n1,1\n2\n")
    place.land("id,n\n9,9\n", "not_named.csv")
    named = {"a.csv": hashlib.sha256(path.read_bytes()).hexdigest()}
    place.land(json.dumps({"rows": rows, "files": named}), "_manifest.json")
    place.land("id,n\n2,2\n", on="2026-01-06")
    result, other = place.take_in()

    assert (result.error is None) == (fault is None)
    assert fault is None or fault in result.error
    assert other.rows_accepted == 1


@pytest.mark.parametrize("manifest", ['{"files": {"a.csv": "00"}}', '{"files": {"gone.csv": "00"}}', "[]", "{", '{"rows": "x"}'])
def test_a_manifest_that_does_not_fit_holds_the_batch_back(place, manifest):
    place.land("id,n\n1,1\n")
    place.land(manifest, "_manifest.json")
    (result,) = place.take_in()

    assert str(place.folder()) in result.error
    assert not place.home.raw_batch("bank", "things", result.on).exists()


def test_a_date_run_again_is_replaced_whole_and_its_old_quarantine_is_gone(place):
    place.land("id,n\n1,x\n2,2\n")
    (first,) = place.take_in()
    (again,) = place.take_in()
    assert first == again
    assert place.quarantined("column_name") == [("n",)]

    place.land("id,n\n1,1\n")
    (mended,) = place.take_in()
    assert place.rows("id, n") == [("1", 1)]
    assert place.quarantined() == []
    assert mended.content_id != first.content_id
    assert sorted(path.name for path in place.home.root.iterdir()) == ["quarantine", "raw"]


def test_a_batch_that_fails_leaves_what_was_accepted_before(place):
    path = place.land("id,n\n1,1\n")
    place.take_in()
    path.write_bytes(b"")
    (result,) = place.take_in()

    assert result.error is not None
    assert place.rows("id") == [("1",)]


def test_what_is_refused_has_a_content_id_of_its_own_the_same_for_the_same_files(place):
    place.land("id,n\n1,1\n")
    (good,) = place.take_in()
    ids = []
    for content, name in ((b"", "a.csv"), (b"", "a.csv"), ("id,id\n", "a.csv"), (b"", "b.csv")):
        place.land(content, name)
        (result,) = place.take_in()
        assert result.error is not None
        ids.append(result.content_id)
    assert ids[0] == ids[1]
    assert len({"", good.content_id, *ids}) == 5


@pytest.mark.parametrize(("name", "head"), [("a.csv", "id,n,note\n"), ("a.jsonl", "")])
def test_a_file_in_another_encoding_is_refused_once_and_named(place, name, head):
    lines = [
        f"{number},1,客户经理推荐理财产品" if head else f'{{"id": "{number}", "note": "客户经理推荐理财产品"}}'
        for number in range(50)
    ]
    place.land((head + "\n".join(lines) + "\n").encode("gb18030"), name)
    place.land("id,n\n1,1\n", on="2026-01-06")
    result, other = place.take_in()

    assert f"{name}: 50 of its" in result.error
    assert "no UTF-8; write it as UTF-8 (it reads as gb" in result.error
    assert other.rows_accepted == 1


def test_a_utf_16_file_is_refused_by_its_first_bytes(place):
    place.land("id,n\n1,1\n".encode("utf-16"))
    (result,) = place.take_in()

    assert "it is UTF-16 by its first bytes; write it as UTF-8" in result.error


def test_a_byte_order_mark_is_no_part_of_the_first_column(place):
    place.land(b"\xef\xbb\xbfid,n\n1,1\n", "a.csv")
    place.land(b'\xef\xbb\xbf{"id": "2", "n": 1}\n', "b.jsonl")
    (result,) = place.take_in()

    assert (result.unknown_columns, place.rows("id")) == ((), [("1",), ("2",)])


def test_an_empty_file_is_refused_and_one_with_a_header_alone_is_not(place):
    place.land("id,n\n")
    place.land("", on="2026-01-06")
    place.land("", "a.jsonl", on="2026-01-07")
    place.land("", "a.parquet", on="2026-01-08")
    header, csv, jsonl, parquet = place.take_in()

    assert (header.error, header.rows_landed, jsonl.error, jsonl.rows_landed) == (None, 0, None, 0)
    assert "it has no header" in csv.error
    assert "cannot be read" in parquet.error


def test_a_file_that_is_written_to_while_it_is_read_is_refused_until_it_is_whole(place):
    path = place.land("id,n\n1,1\n")
    place.land("id,n\n2,1\n", on="2026-01-06")
    is_read = threading.Event()

    def write() -> None:
        with path.open("a") as stream:
            while not is_read.is_set():
                stream.write("3,1\n")
                stream.flush()

    writer = threading.Thread(target=write)
    writer.start()
    result, other = place.take_in()
    is_read.set()
    writer.join()

    assert f"{path}: it changed while it was read" in result.error
    assert other.rows_accepted == 1
    assert place.take_in()[0].rows_accepted == 2


def test_a_file_that_joins_a_folder_after_it_was_listed_is_not_forgotten(place):
    place.land("id,n\n1,1\n")
    listed = scan(place.home.landing, [place.table], date.min, date.max)
    late = place.land("id,n\n4,1\n", "b.csv")
    (result,) = ingest(listed, place.home, time_zone="Asia/Shanghai")

    assert f"{late}: it changed while it was read" in result.error


@pytest.mark.parametrize("name", ["file_index", "FILE_INDEX", "filename", "file_row_number"])
def test_an_unknown_parquet_column_named_as_the_engine_names_its_own_loses_no_row(place, name):
    for number in range(2):
        rows = pa.table({"id": [f"{number}a", f"{number}b"], "n": ["1", "x"], name: [number + 5, 0]})
        pq.write_table(rows, place.folder() / f"f{number}.parquet")
    (result,) = place.take_in()
    assert (result.error, result.rows_landed, result.rows_accepted) == (None, 4, 4)
    assert result.unknown_columns == (name,)
    assert place.rows("id, _file") == [("0a", "f0.parquet"), ("0b", "f0.parquet"), ("1a", "f1.parquet"), ("1b", "f1.parquet")]
    assert place.quarantined("file, line, column_name") == [("f0.parquet", 2, "n"), ("f1.parquet", 2, "n")]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_file_for_which_memory_does_not_suffice_is_not_called_unreadable(place, kind):
    rows = duckdb.sql("select 'K' || range as id, md5(range::varchar) || md5((range + 1)::varchar) as note from range(200000)")
    rows.write_csv(str(place.folder() / "a.csv")) if kind == "csv" else rows.write_parquet(
        str(place.folder() / "a.parquet"), row_group_size=200_000
    )
    batches = scan(place.home.landing, [place.table], date.min, date.max)
    with pytest.raises(TooLittleMemoryError, match=f"a.{kind}: memory does not suffice.*C360_DUCKDB_MEMORY_LIMIT"):
        ingest(batches, place.home, time_zone="Asia/Shanghai", engine=Engine(memory_limit="5MB", threads=2))
    (result,) = place.take_in()
    assert result.rows_accepted == 200_000


def test_a_parquet_file_of_whose_rows_one_is_not_in_the_stage_is_refused(place, tmp_path):
    path = place.folder() / "a.parquet"
    pq.write_table(pa.table({"id": ["a", "b"]}), path)
    with duckdb.connect() as connection:
        stager = Stager(connection, place.table, tmp_path, {path: date(2026, 1, 5)})
        drop = open_drop(path)
        assert stager._whole_ones([Staged(drop, path, records=2)])
        assert stager._whole_ones([Staged(drop, path, records=1)]) == []
    assert "of its 2 rows 1 could be read" in str(stager.stages.errors[path])
