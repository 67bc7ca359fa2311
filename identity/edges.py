"""What speaks for two records being one customer, as edges: a steward's word, the customer number, the exact rules, the model.

Belongs here: gathering edges, each with its method, strength and evidence in words. Not here: which edges hold when they
contradict each other (clusters.py), comparing (model.py).
"""

from __future__ import annotations

import duckdb

from identity.rulebook import Contradiction, ExactRule, Question, Rulebook, RuleError

SAME_NUMBER = "same_customer_number"
MANUAL, PROBABILISTIC = "manual", "probabilistic"

# the newest word counts, whichever of the two records it names first; of two at the same time the cautious one
_DECISIONS = """
create or replace temp table decided as
with named as (
    select
        a.no as one, b.no as other, decisions.decision, decisions.decided_at
    from raw.stewardship__identity_decisions as decisions
    inner join vault.identity.records as a on decisions.source_a = a.record_source and decisions.record_a = a.record_id
    inner join vault.identity.records as b on decisions.source_b = b.record_source and decisions.record_b = b.record_id
    where a.no <> b.no
)
select least(one, other) as a, greatest(one, other) as b, arg_min(decision, (-epoch(decided_at), decision)) as decision
from named
group by least(one, other), greatest(one, other)
"""

# all records that carry a customer number are tied to core banking's own; a number that it does not know is nobody's, for forms
# are filled with such
_SAME_NUMBER = f"""
insert into edges
with centres as (
    select customer_no, arg_min(no, record_id) as centre
    from concerned where customer_no is not null and record_source = 'core_banking.customers' group by customer_no
)
select
    least(concerned.no, centres.centre), greatest(concerned.no, centres.centre), '{SAME_NUMBER}', 1, 2, 'customer_no',
    'the same customer number'
from concerned inner join centres using (customer_no)
where concerned.no <> centres.centre
"""


def _exact(rule: ExactRule) -> str:
    same = " and ".join(f"a.{column} = b.{column}" for column in rule.agree)
    says = rule.says.replace("'", "''")
    return f"""
        insert into edges
        select distinct
            least(a.no, b.no), greatest(a.no, b.no), 'exact:{rule.code}', {rule.confidence}, 1, '{";".join(rule.agree)}', '{says}'
        from known as a inner join known as b on {same} and a.no <> b.no
        where {rule.where}
    """


# for rules: whether two names, each as its words in order, differ in more than spelling; not where one is a part of the other,
# nor where the letters are the same, as of a name in two scripts. Whether two birth dates differ by more than a slip
_MACROS = """
create or replace temp macro words_beyond(words, other) as nullif(array_to_string(list_filter(
    string_split(words, ' '), lambda word: not list_contains(string_split(other, ' '), word)
), ' '), '');
create or replace temp macro letters_of(words) as list_sort(string_split(replace(words, ' ', ''), ''));
create or replace temp macro names_differ(words, other) as coalesce(
    jaro_winkler_similarity(words_beyond(words, other), words_beyond(other, words)) < 0.7
    and letters_of(words) <> letters_of(other), false
);
create or replace temp macro births_differ(one, other) as coalesce(
    damerau_levenshtein(strftime(one, '%Y%m%d'), strftime(other, '%Y%m%d')) > 2
    and not (year(one) = year(other) and month(one) = day(other) and day(one) = month(other)), false
)
"""

_AS_LIKELY_AS_NOT = 0.5
_TAKE_AWAY = "delete from edges using refused where edges.a = refused.a and edges.b = refused.b and edges.method like 'exact:%'"


# of those whom a rule parts though they share a telephone or an address, no third record, which says less, makes one customer
# either; where an exact rule joins the two, it does
_NOR_A_THIRD = """
insert into asked
select distinct unlike.a, unlike.b
from unlike
inner join concerned as x on unlike.a = x.no
inner join concerned as y on unlike.b = y.no
anti join edges on unlike.a = edges.a and unlike.b = edges.b
anti join asked on unlike.a = asked.a and unlike.b = asked.b
where coalesce(x.mobile = y.mobile, false) or coalesce(x.address = y.address, false)
"""


def _asked(question: Question) -> str:
    same = " and ".join(f"a.{column} = b.{column}" for column in question.agree)
    says = question.says.replace("'", "''")
    return f"""
        insert into refused
        select distinct least(a.no, b.no), greatest(a.no, b.no), {_AS_LIKELY_AS_NOT}, '{says}'
        from known as a inner join known as b on {same} and a.no <> b.no
        where {question.where}
    """


# who has one identity number with another customer of core banking, from whom a steward told them apart: the number says no more
# which of the two is meant
_TOLD_APART = """
create or replace temp table told_apart as
with pairs as (
    select decided.a, decided.b
    from decided
    inner join vault.identity.records as a on decided.a = a.no and a.record_source = 'core_banking.customers' and a.is_proven
    inner join vault.identity.records as b on decided.b = b.no and b.record_source = 'core_banking.customers' and b.is_proven
    where decided.decision = 'different' and a.id_number = b.id_number
)
select a as no from pairs union select b from pairs
"""
# a customer with two numbers, one identity number and one birth date is one; a child's account may have its parent's number
_CUSTOMER = """case
    when is_proven and no not in (from told_apart) then concat_ws(' ', id_number, birth_date) else customer_no
end"""
# counted among all records, whomever else a day concerns
_KNOWN = f"""
create or replace temp table known as
with mobiles as (
    select
        mobile,
        count(distinct {_CUSTOMER}) filter (record_source = 'core_banking.customers') as mobile_customers,
        -- father and son of one name are two: what stands between them would join them; and a name that was thrown away as junk
        -- is somebody's of whom nothing is known
        greatest(count(distinct name_letters) + count(*) filter (is_named and name is null), count(distinct birth_date))
            as mobile_people,
        count(distinct email) filter (not is_named) as mobile_emails
    from vault.identity.records where mobile in (select mobile from concerned) group by mobile
), emails as (
    select
        email,
        count(distinct {_CUSTOMER}) filter (record_source = 'core_banking.customers') as email_customers,
        count(distinct mobile) filter (not is_named) as email_mobiles
    from vault.identity.records where email in (select email from concerned) group by email
)
select
    concerned.*,
    coalesce(mobiles.mobile_customers, 0) as mobile_customers,
    coalesce(emails.email_customers, 0) as email_customers,
    coalesce(mobiles.mobile_people, 0) as mobile_people,
    coalesce(mobiles.mobile_emails, 0) as mobile_emails,
    coalesce(emails.email_mobiles, 0) as email_mobiles
from concerned
left join mobiles using (mobile)
left join emails using (email)
"""


def hear(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes `decided` (a, b, decision): what stewards said of the records that are there."""
    connection.execute(_DECISIONS)


def gather(connection: duckdb.DuckDBPyConnection, rules: Rulebook, *, accept: float, margin: float) -> None:
    """Makes, of the records `concerned`, `unlike` (pairs that the model may not join), `doubtful` (numbers of records that are
    nearly as close to a second customer as to the first: within `margin`, as odds), `edges`, `refused` (what a steward
    is asked instead: a, b, confidence, says), of it `asked` (a, b: what no third record joins either), and `ties` (a, b): what
    areas are made of (concerned.py).

    An edge: a, b (a < b), method, confidence, place (the order of methods), matched_on, says.
    """
    connection.execute(
        "create or replace temp table likely as select pairs.* from vault.identity.pairs as pairs"
        f" semi join concerned on pairs.a = concerned.no where probability >= {accept}"
    )
    connection.execute(_TOLD_APART)
    connection.execute(_KNOWN)
    connection.execute(_MACROS)
    connection.execute(
        "create or replace temp table edges (a bigint, b bigint, method varchar, confidence double, place integer,"
        " matched_on varchar, says varchar)"
    )
    connection.execute(_SAME_NUMBER)
    for rule in rules.exact:
        _try(connection, rule.code, _exact(rule))
    connection.execute(
        "create or replace temp table unlike (a bigint, b bigint);"
        "create or replace temp table refused (a bigint, b bigint, confidence double, says varchar)"
    )
    for question in rules.asked:
        _try(connection, question.code, _asked(question))
    # what is asked is no claim to a record, so that it raises no doubt of another either; nor may a third record join the two
    connection.execute(
        f"create or replace temp table asked as select distinct a, b from refused; insert into unlike from asked; {_TAKE_AWAY}"
    )
    for each in rules.apart:
        _try(connection, each.code, _contradicted(each))
    connection.execute(_NOR_A_THIRD)
    connection.execute(_doubtful(margin))
    connection.execute(
        f"""
        insert into refused
        select a, b, confidence, says from edges where method like 'exact:%' and (a in (from doubtful) or b in (from doubtful));
        create or replace temp table own_words as select * from decided semi join concerned on decided.a = concerned.no;
        create or replace temp table ties as
        select a, b from edges union select a, b from likely union select a, b from own_words union select a, b from refused;
        {_TAKE_AWAY};
        insert into edges
        select a, b, '{PROBABILISTIC}', probability, 0, 'model', evidence
        from likely anti join unlike using (a, b)
        where a not in (from doubtful) and b not in (from doubtful);
        -- what a steward called different is no edge, whatever speaks for it; what is called the same needs no other
        delete from edges using decided where edges.a = decided.a and edges.b = decided.b;
        insert into edges select a, b, '{MANUAL}', 1, 3, 'steward', 'a steward said so' from own_words where decision = 'same';
        drop table told_apart; drop table known; drop table likely; drop table own_words;
        """
    )


def _try(connection: duckdb.DuckDBPyConnection, code: str, statement: str) -> None:
    """Errors: RuleError, where the entry's SQL cannot be (DuckDB's words go along: they speak of the rule, not of rows)."""
    try:
        connection.execute(statement)
    except (duckdb.BinderException, duckdb.ParserException, duckdb.CatalogException) as error:
        raise RuleError(f"identity/rules.yml, {code}: its `where` cannot be tried: {error}") from error


def _contradicted(rule: Contradiction) -> str:
    """The pairs that the model accepts and a rule takes from it."""
    return f"""
        insert into unlike
        select likely.a, likely.b from likely
        inner join concerned as a on likely.a = a.no inner join concerned as b on likely.b = b.no
        where {rule.where}
    """


def _doubtful(margin: float) -> str:
    """A record outside core banking that two of its customers are nearly as likely to be, by rules or by the model: neither gets
    it, a steward decides."""
    return f"""
        create or replace temp table doubtful as
        with found as (
            select a, b, confidence as probability from edges where method like 'exact:%'
            union all
            select a, b, probability from likely anti join unlike using (a, b)
        ), sides as (
            select a as no, b as other, probability from found union all select b, a, probability from found
        ), nearest as (
            select
                sides.no,
                case
                    when customers.is_proven and customers.no not in (from told_apart) then customers.id_number
                    else customers.customer_no
                end as customer,
                max(least(sides.probability, 0.999999)) as probability
            from sides
            inner join concerned as customers on sides.other = customers.no and customers.record_source = 'core_banking.customers'
            inner join concerned as own on sides.no = own.no and own.record_source <> 'core_banking.customers'
            -- what a steward has judged leaves no doubt, and neither does a customer number of core banking's
            anti join decided on least(sides.no, sides.other) = decided.a and greatest(sides.no, sides.other) = decided.b
            group by all
        )
        select no from nearest
        group by no
        having count(*) > 1
            and max(probability) / (1 - max(probability)) < {margin} * list_sort(list(probability), 'DESC')[2]
                / (1 - list_sort(list(probability), 'DESC')[2])
            and no not in (
                select a from edges where method = '{SAME_NUMBER}' union all select b from edges where method = '{SAME_NUMBER}'
            )
    """
