"""What happens to money on one day: salaries, deposits, investments, repayments, leaving.

Belongs here: each kind of flow as one set-based function over the whole bank. Not here: everyday payments (spending.py),
wallets and foreign money (side_accounts.py), the order of days (bank.py), how a posting is kept (ledger.py).
"""

from __future__ import annotations

import numpy as np

from demo.days import FAR, days_to_spring_festival, is_month_end, to_date
from demo.draws import Array
from demo.holdings import CARD, DEMAND, FOREIGN, FUND, INSURANCE, LEFT, LOAN, METAL, STAYS, TIME, TRUST, WALLET, WEALTH
from demo.ledger import IN, OUT
from demo.population import FADING_DAYS
from demo.side_accounts import foreign_accounts, wallets
from demo.spending import card_purchases, payments
from demo.today import Day, bring, cents
from demo.vocabulary import PRODUCT, PRODUCTS

_RATES = np.array([product.rate for product in PRODUCTS]) / 1e6
_TROUBLED = 0.05


def run(today: Day) -> None:
    """All flows of the day, in the order in which money must be there before it can go."""
    for flow in (first_deposits, incomes, windfalls, openings, investments, maturities, debts, interest_and_fees):
        flow(today)
    leaving(today)
    payments(today)
    card_purchases(today)
    wallets(today)
    foreign_accounts(today)
    large_outlays(today)
    if is_month_end(today.day):
        valuation(today)


def first_deposits(today: Day) -> None:
    """New and returning customers bring money."""
    p = today.population
    new = np.flatnonzero((p.active_from == today.day) & (p.active_from < p.closed_day))
    bring(today, new, np.maximum(today.holdings.target[today.mains(new)], 1_000))
    back = np.flatnonzero(p.returns == today.day)
    bring(today, back, np.maximum(today.holdings.target[today.mains(back)], 10_000))


def incomes(today: Day) -> None:
    """Salaries and pensions, on each employer's own day; a bonus in the month before Spring Festival."""
    p, day = today.population, today.day
    stays = (day < p.silent_from - FADING_DAYS) | (day >= p.returns) | (p.keeps_salary & (p.leave_day >= FAR))
    stays &= (p.active_from <= day) & (day < p.closed_day) & (day < p.salary_stop)
    paid = np.flatnonzero((p.payday == today.day_of_month) & (p.income > 0) & stays)
    bonus = 1.0 + (0 < days_to_spring_festival(day) <= 31) * today.draws.uniform("bonus", paid) * 1.5
    amount = cents(p.income[paid] * (0.97 + 0.06 * today.uniform("pay", paid)) * np.where(p.is_pensioner[paid], 1.0, bonus))
    pension = p.is_pensioner[paid]
    today.ledger.post(today.mains(paid[pension]), IN, amount[pension], "pension", "system")
    today.ledger.post(today.mains(paid[~pension]), IN, amount[~pension], "salary", "system")
    here = p.employer[paid] >= 0
    bill = np.bincount(p.employer[paid[here]], amount[here], p.size).astype(np.int64)
    employers = np.flatnonzero(bill)
    bring(today, employers, np.maximum(bill[employers] - today.spendable(employers), 0), "system")
    today.ledger.post(today.mains(employers), OUT, bill[employers], "salary", "web")


def windfalls(today: Day) -> None:
    """Now and then somebody brings a large sum from elsewhere."""
    p = today.population
    lucky = today.windfalls
    bring(today, lucky, cents(p.aum[lucky] * (0.2 + 0.8 * today.uniform("windfall_size", lucky))))


def large_outlays(today: Day) -> None:
    """A car, a flat, a school: most of what lies in the demand account is paid at once."""
    who = today.large_outlays[today.is_open[today.mains(today.large_outlays)]]
    paid = (today.spendable(who) * (0.6 + 0.3 * today.uniform("outlay_size", who))).astype(np.int64)
    today.ledger.post(today.mains(who), OUT, paid, "transfer", "branch")


def openings(today: Day) -> None:
    """A new investment is paid for; a new loan is paid out."""
    h, ledger = today.holdings, today.ledger
    new = np.flatnonzero(h.open_day == today.day)
    ledger.changed[new] = True  # every account shows a balance from its first day
    bought = new[(h.slot[new] > DEMAND) & (h.slot[new] < CARD)]
    buyer, price = h.customer[bought], h.target[bought]
    need = np.bincount(buyer, price, today.population.size).astype(np.int64)
    buyers = np.flatnonzero(need)
    bring(today, buyers, np.maximum(need[buyers] - today.spendable(buyers) * 8 // 10, 0))
    ledger.post(today.mains(buyer), OUT, price, "investment_purchase", "mobile")
    ledger.post(bought, IN, price, "investment_purchase", "mobile")
    funded = new[(h.slot[new] == FOREIGN) | (h.slot[new] == WALLET)]
    ledger.post(funded, IN, h.target[funded], "transfer", "mobile")
    lent = new[h.slot[new] == LOAN]
    ledger.post(lent, OUT, h.target[lent], "transfer", "system")
    to_self = lent[h.product[lent] != PRODUCT["L002"]]  # a mortgage is paid to the seller
    ledger.post(today.mains(h.customer[to_self]), IN, h.target[to_self], "transfer", "system")


def investments(today: Day) -> None:
    """Money moves between the demand account and what is invested: in when it piles up, out when it runs short."""
    h, ledger = today.holdings, today.ledger
    liquid = (h.slot == WEALTH) | (h.slot == FUND) | (h.slot == METAL)
    moving = np.flatnonzero(liquid & today.is_open & (h.open_day < today.day))
    moving = moving[today.uniform("invests", moving) < today.activity[h.customer[moving]] / 60]
    _, once = np.unique(h.customer[moving], return_index=True)  # one move a customer and day
    moving = moving[once]
    main = today.mains(h.customer[moving])
    spare = ledger.balance[main] - h.target[main]
    share = 0.2 + 0.5 * today.uniform("share", moving)
    buys = spare > 10_000
    bought = np.where(buys, (spare * share).astype(np.int64), 0)
    sold = np.where(~buys, (ledger.balance[moving] * share * 0.2).astype(np.int64), 0)
    ledger.post(main, OUT, bought, "investment_purchase", "mobile")
    ledger.post(moving, IN, bought, "investment_purchase", "mobile")
    ledger.post(moving, OUT, sold, "investment_redemption", "mobile")
    ledger.post(main, IN, sold, "investment_redemption", "mobile")


def maturities(today: Day) -> None:
    """A time deposit pays its interest to the demand account; what is not reinvested goes there too, or leaves the bank."""
    h, ledger = today.holdings, today.ledger
    due = np.flatnonzero((h.slot == TIME) & (h.closed_day >= today.day) & (h.open_day < today.day))
    due = due[(today.day - h.open_day[due]) % h.term[due] == 0]
    gain = (ledger.balance[due] * _RATES[h.product[due]] * h.term[due] / 365).astype(np.int64)
    ledger.post(today.mains(h.customer[due]), IN, gain, "interest", "system")
    ending = np.flatnonzero((h.closed_day == today.day) & (h.maturing != STAYS))
    amount, main = ledger.balance[ending], today.mains(h.customer[ending])
    ledger.post(ending, OUT, amount, "investment_redemption", "system")
    ledger.post(main, IN, amount, "investment_redemption", "system")
    left = h.maturing[ending] == LEFT
    ledger.post(main[left], OUT, amount[left], "transfer", "mobile")


def debts(today: Day) -> None:
    """Loans and cards fall due: interest is charged, the demand account pays, a few fall behind."""
    h, ledger = today.holdings, today.ledger
    due = np.flatnonzero((h.due == today.day_of_month) & today.is_open & (h.open_day < today.day) & (ledger.balance > 0))
    is_card = h.slot[due] == CARD
    charge = np.where(is_card, 0, ledger.balance[due] * _RATES[h.product[due]] / 12).astype(np.int64)
    ledger.post(due, OUT, charge, "interest", "system")
    owed = ledger.balance[due]
    mortgage = h.product[due] == PRODUCT["L002"]
    instalment = (h.target[due] * np.where(mortgage, 0.008, 0.034)).astype(np.int64)
    amount = np.minimum(np.where(is_card, owed, instalment), owed)
    main = today.mains(h.customer[due])
    troubled = (today.draws.uniform("troubled", h.customer[due]) < _TROUBLED) & (today.uniform("misses", due) < 0.7)
    pays = ~troubled
    ledger.missed[due] = np.where(pays, 0, ledger.missed[due] + 1)
    ledger.changed[due] = True
    due, main, amount = due[pays], main[pays], amount[pays]
    total = np.bincount(main, amount, h.size).astype(np.int64)
    payers = np.flatnonzero(total)
    bring(today, h.customer[payers], np.maximum(total[payers] - ledger.balance[payers], 0), "system")
    ledger.post(main, OUT, amount, "loan_repayment", "system")
    ledger.post(due, IN, amount, "loan_repayment", "system")


def interest_and_fees(today: Day) -> None:
    """Quarterly interest on demand deposits, a yearly card fee's worth of account fees."""
    on, ledger = to_date(today.day), today.ledger
    main = today.holdings.main[today.is_open[today.holdings.main]]
    if on.day == 21 and on.month % 3 == 0:
        gain = (ledger.balance[main] * _RATES[today.holdings.product[main]] / 4).astype(np.int64)
        ledger.post(main, IN, gain, "interest", "system")
    if on.day == 1:
        charged = main[(today.draws.uniform("fee", main) < 0.08) & (ledger.balance[main] > 5_000)]
        ledger.post(charged, OUT, np.full(len(charged), 1_000), "fee", "system")


def leaving(today: Day) -> None:
    """Those who leave redeem what they have invested, and take it elsewhere."""
    p, h, ledger = today.population, today.holdings, today.ledger
    share = np.where(p.closed_day < FAR, 1.0, 0.55 + 0.4 * today.draws.uniform("leaves_with", np.arange(p.size)))
    sold = np.flatnonzero((p.leave_day[h.customer] == today.day) & (h.slot > DEMAND) & (h.slot < CARD) & today.is_open)
    amount = (ledger.balance[sold] * share[h.customer[sold]]).astype(np.int64)
    amount = np.where(share[h.customer[sold]] == 1.0, ledger.balance[sold], amount)
    ledger.post(sold, OUT, amount, "investment_redemption", "mobile")
    ledger.post(today.mains(h.customer[sold]), IN, amount, "investment_redemption", "mobile")
    gone = np.flatnonzero((p.leave_day == today.day) & (p.active_from < today.day))
    ledger.post(today.mains(gone), OUT, (today.spendable(gone) * share[gone]).astype(np.int64), "transfer", "mobile")
    abroad = np.flatnonzero((h.slot == FOREIGN) & (p.leave_day[h.customer] == today.day) & today.is_open)
    ledger.post(abroad, OUT, (ledger.balance[abroad] * share[h.customer[abroad]]).astype(np.int64), "transfer", "web")
    closing = np.flatnonzero(p.closed_day == today.day)
    _sweep(today, closing)


def _sweep(today: Day, closing: Array) -> None:
    """A closing customer's last fen leave through the system."""
    h, ledger = today.holdings, today.ledger
    accounts = np.flatnonzero(np.isin(h.customer, closing) & (h.open_day <= today.day)) if len(closing) else closing
    ledger.post(accounts, OUT, ledger.balance[accounts], "transfer", "system")


def valuation(today: Day) -> None:
    """At the month's end, what has a price is worth a little more or less; no posting tells of it."""
    h = today.holdings
    for slot, spread in ((WEALTH, 0.001), (FUND, 0.015), (INSURANCE, 0.0), (METAL, 0.02), (TRUST, 0.0)):
        accounts = np.flatnonzero((h.slot == slot) & today.is_open)
        market = today.draws.normal("market", np.full(1, slot), today.day)[0] * spread
        worth = today.ledger.balance[accounts] * (1 + _RATES[h.product[accounts]] / 12 + market)
        today.ledger.value(accounts, worth.astype(np.int64))
