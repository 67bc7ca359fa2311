"""The pages and the answer to "why closed": made from the control file alone, whole offline, keys and never values."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from home_kit import NAME, NEXT_ON, ON, SOURCE, TABLE, closed, home_in, spoken

from assets.gate_drawings import drift_picture, rows_picture
from assets.gate_pages import page_of, write_pages
from assets.overriding import override
from assets.why_closed import why_closed
from expectations.judgements import Judgement, Judgements, Tried
from expectations.verdicts import Verdict

LEARNED = {
    "landed": 12, "days": 28, "usual": 100.0, "low": 45.0, "high": 223.0,
    "drifts": {
        "channel": {"drift": 0.61, "days": 28, "bins": [
            {"label": "<web>", "low": None, "high": None, "expected": 0.9, "found": 0.2},
            {"label": "", "low": None, "high": None, "expected": 0.1, "found": 0.8},
        ]},
        "amount": {"drift": 0.02, "days": 28, "bins": [{"label": "", "low": -4.0, "high": 19.0, "expected": 1.0, "found": 1.0}]},
    },
}  # fmt: skip
FAILED = Tried("amount_is_not_negative", "an amount is <never> negative", "critical", False, 2, ("T1", "T2"))
DRIFTED = Tried("channel_is_distributed_as_usual", "about as on recent dates", "warning", False, 1, (), "stability index 0.61")
PASSED = Tried("key_is_unique", "it stands once", "critical")


def judged(home, *verdicts, tried=(FAILED, DRIFTED, PASSED), **more):
    book = spoken(home, *verdicts, **more)
    Judgements(home.control).record([Judgement("gate_1", SOURCE, TABLE, ON, "one", tried, LEARNED)])
    return book


@pytest.fixture
def home(tmp_path):
    return home_in(tmp_path)


class _Page(HTMLParser):
    """Every element and its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def shown(home, on=ON):
    return page_of(home, on).read_text(encoding="utf-8")


def test_a_page_shows_verdict_rules_counts_keys_numbers_and_pictures(home):
    judged(home, closed())
    write_pages(home, [ON])
    page = shown(home)
    for text in (NAME, "closed · 关闭", "amount_is_not_negative", "an amount is &lt;never&gt; negative", "<code>T1</code>",
                 "stability index 0.61", "key_is_unique", "&lt;web&gt;", "PSI 0.61", "5 rows"):  # fmt: skip
        assert text in page
    assert page.index("amount_is_not_negative") < page.index("key_is_unique"), "what failed stands first"
    assert page.count("<svg") == 3


def test_pages_load_nothing_and_link_to_nothing_but_each_other(home):
    judged(home, closed())
    index = write_pages(home, [ON])
    for text in (shown(home), index.read_text(encoding="utf-8")):
        page = _Page(text)
        assert not {"script", "link", "img", "iframe", "object", "base", "form"} & {tag for tag, _ in page.found}
        links = [attributes["href"] for _, attributes in page.found if "href" in attributes]
        assert links
        assert all(re.fullmatch(r"index\.html|\d{4}-\d\d-\d\d\.html", str(link)) for link in links)
        assert all("src" not in attributes for _, attributes in page.found)
        assert "://" not in text
        assert "@import" not in text
        assert "url(" not in text


def test_an_overridden_table_says_who_and_why(home):
    judged(home, closed())
    override(home, NAME, ON, by="Li Wei", reason="a <known> gap")
    write_pages(home, [ON])
    assert "overridden · 人工放行" in shown(home)
    assert re.search(r"let through by Li Wei at .* UTC: a &lt;known&gt; gap", shown(home))


def test_a_missing_folder_and_a_closed_mart_have_cards_too(home):
    judged(home, closed(), Verdict("core_banking", "accounts", ON, True, "missing", failures=("landed: no folder",)))
    Judgements(home.control).record([Judgement("gate_2", "marts", "customers_360", ON, tried=(FAILED,))])
    write_pages(home, [ON])
    for text in ("missing · 缺失", "landed: no folder", "Gate 2", "marts.customers_360"):
        assert text in shown(home)


def test_pages_are_made_again_as_they_were_and_the_index_has_every_date(home):
    book = judged(home, closed())
    book.record([Verdict(SOURCE, TABLE, NEXT_ON, True, "open", "x")])
    index = write_pages(home, [ON])
    first = {path.name: path.read_bytes() for path in home.gates.iterdir()}
    assert set(first) == {"index.html", f"{ON}.html", f"{NEXT_ON}.html"}
    for path in home.gates.iterdir():
        path.unlink()
    assert write_pages(home, []) == index
    assert {path.name: path.read_bytes() for path in home.gates.iterdir()} == first


def test_a_date_beyond_its_bounds_stands_out_in_its_picture_and_the_band_is_drawn_only_where_it_is_known():
    assert 'class="odd"' in rows_picture([100] * 28, 12, LEARNED)
    assert 'class="odd"' not in rows_picture([100] * 28, 45, LEARNED)
    unknown = rows_picture([], 0, {"low": None, "high": None})
    assert 'class="band"' not in unknown
    assert "no bounds learned yet" in unknown


def test_ranges_of_numbers_are_told_by_their_ends():
    (bins,) = (LEARNED["drifts"]["amount"]["bins"],)
    assert "-5.66 … 1.02k" in drift_picture(bins)
    assert "0 … 1.41" in drift_picture([bins[0] | {"low": 0.0, "high": 0.0}])


def test_why_closed_says_what_closed_what_it_holds_back_how_to_mend_and_how_to_override(home):
    judged(home, closed())
    quarantine = home.quarantine_batch(SOURCE, TABLE, ON)
    quarantine.parent.mkdir(parents=True)
    quarantine.touch()
    told = "\n".join(why_closed(home, ON))
    for text in (
        f"Gate 1 closed on {ON}", f"{NAME} is closed (required)",
        "amount_is_not_negative: an amount is <never> negative (2 rows, e.g. T1, T2)", str(quarantine),
        f"{ON} and every later date", "nothing was published yet",
        f"replace the files in {home.landing / SOURCE / TABLE / str(ON)}",
        f'make override TABLE={NAME} DATE={ON} BY="your name" REASON="why it may pass"', f"make materialize FROM={ON} TO={ON}",
    ):  # fmt: skip
        assert text in told
    assert "channel_is_distributed_as_usual" not in told, "a warning closed nothing"


def test_why_closed_says_clearly_when_nothing_closed_or_was_judged(home):
    assert why_closed(home, ON) == [f"Nothing of {ON} was judged: no run has come to it"]
    judged(home, closed(gate="open", failures=()), tried=(PASSED,))
    assert why_closed(home, ON) == [f"Nothing closed on {ON}: 1 verdicts, none of them against it"]


def test_why_closed_of_a_later_date_points_at_the_one_that_holds_it_back(home):
    judged(home, closed(), Verdict(SOURCE, TABLE, NEXT_ON, True, "open", "x"))
    for on in (NEXT_ON, NEXT_ON + timedelta(1)):
        assert f"It is held back by {ON}: make why-closed DATE={ON}" in why_closed(home, on)


def test_why_closed_offers_no_override_where_nothing_could_be_read(home):
    judged(home, closed(), error="a.csv is no file")
    told = "\n".join(why_closed(home, ON))
    assert "there are no rows that could be let through" in told
    assert "make override" not in told


@pytest.mark.parametrize("now", [{"error": "a.csv is no file"}, {"content_id": "another"}])
def test_why_closed_names_no_quarantine_of_other_content_than_was_judged(home, now):
    judged(home, closed(), **now)
    quarantine = home.quarantine_batch(SOURCE, TABLE, ON)
    quarantine.parent.mkdir(parents=True)
    quarantine.touch()
    assert str(quarantine) not in "\n".join(why_closed(home, ON))


def test_why_closed_tells_of_an_override_and_of_a_mart_that_closed(home):
    judged(home, closed(), Verdict("gate", "gate_2", ON, False, "closed", failures=("marts.customers_360.one: twice",)))
    override(home, NAME, ON, by="Li Wei", reason="a known gap")
    told = "\n".join(why_closed(home, ON))
    assert "Let through by hand" in told
    assert "a known gap" in told
    assert f"Gate 2 closed on the marts of {ON}" in told
    assert "cannot be overridden" in told


def test_a_judgement_comes_back_as_it_was_and_is_replaced_when_judged_again(home):
    book = Judgements(home.control)
    given = Judgement("gate_1", SOURCE, TABLE, ON, "one", (FAILED, DRIFTED, PASSED), LEARNED)
    book.record([given, Judgement("gate_1", SOURCE, TABLE, ON + timedelta(1), tried=(PASSED,))])
    assert book.of(ON) == [given]
    assert book.failed() == {(NAME, ON): 2, (NAME, ON + timedelta(1)): 0}
    again = Judgement("gate_1", SOURCE, TABLE, ON, "two", (PASSED,))
    book.record([again])
    assert book.of(ON) == [again]
