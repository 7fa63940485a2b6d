"""Who is there: the platform in both modes, its connected accounts, and another business without Connect."""

from __future__ import annotations

from stripe_assets.catalog import catalog
from stripe_assets.sandbox.business import (
    accounts,
    banks,
    connect,
    customers,
    history,
    invoices,
    oddities,
    payments,
    products,
    reference,
    sales,
    subscriptions,
)
from stripe_assets.sandbox.business.builder import Builder
from stripe_assets.sandbox.business.filler import fill
from stripe_assets.sandbox.business.scale import enlarge
from stripe_assets.sandbox.keys import (
    CONNECTED_JP,
    CONNECTED_US,
    KEYS,
    NOT_SET_UP,
    PLATFORM,
    SECOND,
    covers,
)
from stripe_assets.sandbox.objects.store import Record, Store
from stripe_assets.sandbox.settings import Settings

WITHOUT_CONNECT = (
    "account",
    "person",
    "capability",
    "application_fee",
    "fee_refund",
    "transfer",
    "transfer_reversal",
    "connect_collection_transfer",
)
ATELIER = (("Zoë", "Ångström"), ("Jürgen", "Großmann"))
KISSATEN = (("花子", "山田"), ("Ada", "Quill"))


def found_accounts(store: Store, settings: Settings, now: int) -> None:
    """The accounts alone: who they are, their settings, and balances of nothing."""
    store.platforms[PLATFORM] = (CONNECTED_US, CONNECTED_JP)
    places = (
        (PLATFORM, False),
        (PLATFORM, True),
        (SECOND, False),
        (CONNECTED_US, False),
        (CONNECTED_JP, False),
    )
    platform, live, second, *partners = [
        Builder(store, store.space(*place), settings.seed, now) for place in places
    ]
    for own in (platform, live):
        accounts.open_account(
            own, PLATFORM, "Röstwerk & Söhne ☕", "US", "usd", "office@example.com"
        )
    accounts.open_account(second, SECOND, "Blumen Wójcik", "DE", "eur", "blumen@example.com")
    for partner, name in zip(partners, ("Atelier Zoë", "喫茶店さくら"), strict=True):
        account = accounts.open_account(
            partner, partner.space.account, name, "FR", "eur", "eur@example.com"
        )
        accounts.introduce(platform, partner, account, ())
    for make in (platform, live, second, *partners):
        payments.balance(make)
        fill(make.space, settings.seed, now, 0)


def found_everything(store: Store, settings: Settings, now: int) -> None:
    if settings.empty:
        return found_accounts(store, settings, now)

    def build(account: str, livemode: bool) -> Builder:
        return Builder(store, store.space(account, livemode), settings.seed, now)

    store.platforms[PLATFORM] = (CONNECTED_US, CONNECTED_JP)
    platform, live, second = build(PLATFORM, False), build(PLATFORM, True), build(SECOND, False)
    accounts.open_account(
        platform, PLATFORM, "Röstwerk & Söhne ☕", "US", "usd", "office@example.com"
    )
    accounts.open_account(live, PLATFORM, "Röstwerk & Söhne ☕", "US", "usd", "office@example.com")
    accounts.open_account(second, SECOND, "Blumen Wójcik", "DE", "eur", "blumen@example.com")
    run_shop(platform, 130, months=5)
    run_shop(live, 15, months=2)
    run_shop(second, 12, months=1)
    on_test_clock(platform)
    connected = [
        join(platform, build(CONNECTED_US, False), "Atelier Zoë", "FR", "eur", ATELIER, 8),
        join(platform, build(CONNECTED_JP, False), "喫茶店さくら", "JP", "jpy", KISSATEN, 5),
        join(live, build(CONNECTED_US, True), "Atelier Zoë", "FR", "eur", ATELIER, 3),
    ]
    for n, partner in enumerate(connected):
        for k in range(3 - n):
            connect.transfer(
                live if partner.space.livemode else platform,
                partner,
                9000 + 100 * k,
                now - (k + 9) * 86_400,
                12 if n + k == 0 else k,
            )
    oddities.happen(platform, CONNECTED_US)
    oddities.happen(live, CONNECTED_US)
    for make in (platform, live, second, *connected):
        payments.pay_out(make)
        payments.balance(make)
    fill(platform.space, settings.seed, now, 3, leave=("event",))
    fill(live.space, settings.seed, now, 2, leave=("event", "test_helpers.test_clock"))
    not_theirs = [
        name
        for name in catalog().resources
        if covers(NOT_SET_UP, name) or name in (*WITHOUT_CONNECT, "event")
    ]
    fill(second.space, settings.seed, now, 1, leave=not_theirs)
    for partner in connected:
        fill(partner.space, settings.seed, now, 0)
    for make in (platform, live, second, *connected):
        history.remember(make)
    key = KEYS[settings.enlarge]
    enlarge(build(key.account, key.livemode), settings)


def run_shop(make: Builder, many: int, months: int) -> None:
    reference.publish(make)
    products.stock(make)
    buyers = customers.invite(make, many)
    sales.unattached_methods(make)
    subscribed = [
        subscriptions.subscribe(make, buyers[n], n, months=months) for n in range(0, many * 2 // 3)
    ]
    for n, status in enumerate(("active", "canceled", "released")):
        subscriptions.schedule(make, subscribed[n], status)
    for n, (lines, outcome) in enumerate(
        ((3, "paid"), (25, "paid"), (1, "open"), (11, "draft"), (2, "void"), (40, "paid"))
    ):
        invoices.manual(make, buyers[-1 - n], make.ago(20 - 3 * n) - 40, lines, outcome)
    price = next(
        p.body for p in make.listed("price") if p.body["type"] == "one_time" and p.body["active"]
    )
    for n in range(3):
        invoices.invoice_item(make, buyers[n], make.ago(2 + n), price, 1, None)
    paid = [record for record in make.listed("invoice") if record.body["status"] == "paid"]
    for n, lines in enumerate((1, 11, 1)):
        source = max(paid, key=lambda r: len(_lines(make, r))) if n == 1 else paid[-1 - n]
        invoices.credit_note(make, source, lines, min(source.created + 86_400 * 2, make.now - 60))
    give_back(make)
    sales.checkouts(make, buyers, sales.payment_links(make))
    sales.quotes(make, buyers)
    sales.office(make)
    banks.link(make)
    for customer in [customers.invite(make, 1)[0] for _ in range(2)]:
        customer.deleted = True
        make.space.table("customer").unlisted.add(customer.id)


def _lines(make: Builder, invoice: Record) -> list[tuple[int, str]]:
    return make.space.table("line_item").index("invoice").get(invoice.id, [])


def give_back(make: Builder) -> None:
    charges = [record for record in make.listed("charge") if record.body["paid"]]
    for n, paid in enumerate(charges[:: max(1, len(charges) // 20)]):
        at = min(paid.created + 86_400 * (2 + n % 5), make.now - 120 - n)
        if n % 5 == 4:
            payments.dispute(
                make,
                paid,
                ("needs_response", "won", "lost")[n // 5 % 3],
                min(at, make.ago(6)) if n // 5 % 3 == 1 else at,
            )
        else:
            for _ in range(13 if n == 1 else 1):
                payments.refund(make, paid, max(1, paid.body["amount"] // 20), at)


def on_test_clock(make: Builder) -> None:
    clock = make.add(
        "test_helpers.test_clock",
        make.ago(12),
        frozen_time=make.now,
        name="Jahreswechsel",
        status="ready",
        deletes_after=make.now + 86_400 * 18,
    )
    found = customers.invite(make, 3, clock.id)
    for n, customer in enumerate(found[:2]):
        subscription = subscriptions.subscribe(make, customer, 7 * n, months=1)
        if n == 0:
            subscriptions.schedule(make, subscription, "active")
    sales.quotes(make, found, clock.id)


def join(
    platform: Builder,
    partner: Builder,
    name: str,
    country: str,
    currency: str,
    people: tuple[tuple[str, str], ...],
    many: int,
) -> Builder:
    account = accounts.open_account(
        partner, partner.space.account, name, country, currency, f"{currency}@example.com"
    )
    accounts.introduce(platform, partner, account, people)
    connect.trade(platform, partner, currency, many)
    return partner
