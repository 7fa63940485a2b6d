"""The data of a new sandbox.

The platform in both modes, its connected accounts, and another business without Connect.
"""

from __future__ import annotations

from collections.abc import Sequence

from stripe_assets.catalog import catalog
from stripe_assets.sandbox.business import accounts, connect, history, payments, shop, unusual
from stripe_assets.sandbox.business.builder import Builder
from stripe_assets.sandbox.business.filler import fill
from stripe_assets.sandbox.business.scale import add_copies
from stripe_assets.sandbox.keys import (
    CONNECTED_JP,
    CONNECTED_US,
    KEYS,
    NOT_SET_UP,
    PLATFORM,
    SECOND,
    covers,
)
from stripe_assets.sandbox.objects.store import Store
from stripe_assets.sandbox.settings import DAY, Settings

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
"""Resources that an account without Connect has no objects of."""

NAMES = {CONNECTED_US: "Atelier Zoë", CONNECTED_JP: "喫茶店さくら"}
PERSONS = {
    CONNECTED_US: (("Zoë", "Ångström"), ("Jürgen", "Großmann")),
    CONNECTED_JP: (("花子", "山田"), ("Ada", "Quill")),
}


def seed(store: Store, settings: Settings, now: int) -> None:
    """Fills an empty store. The same seed and the same `now` (Unix seconds) give the same data."""
    store.platforms[PLATFORM] = (CONNECTED_US, CONNECTED_JP)
    if settings.empty:
        _seed_accounts(store, settings, now)
    else:
        _seed_business(store, settings, now)


def _own_accounts(store: Store, settings: Settings, now: int) -> list[Builder]:
    """The builders of the platform in both modes and of the second account, with that account."""
    places = ((PLATFORM, False), (PLATFORM, True), (SECOND, False))
    made = [Builder(store, store.space(*place), settings.seed, now) for place in places]
    *platforms, second = made
    for make in platforms:
        name, email = "Röstwerk & Söhne ☕", "office@example.com"
        accounts.open_account(make, PLATFORM, name, "US", "usd", email)
    accounts.open_account(second, SECOND, "Blumen Wójcik", "DE", "eur", "blumen@example.com")
    return made


def _seed_accounts(store: Store, settings: Settings, now: int) -> None:
    """The accounts alone, with their settings and with balances of nothing."""
    own = _own_accounts(store, settings, now)
    connected = []
    for id, name in NAMES.items():
        make = Builder(store, store.space(id, False), settings.seed, now)
        account = accounts.open_account(make, id, name, "FR", "eur", "eur@example.com")
        accounts.show_to_platform(own[0], make, account, ())
        connected.append(make)
    for make in (*own, *connected):
        payments.balance(make)
        fill(make.space, settings.seed, now, 0)


def _seed_business(store: Store, settings: Settings, now: int) -> None:
    def builder(account: str, livemode: bool) -> Builder:
        return Builder(store, store.space(account, livemode), settings.seed, now)

    own = _own_accounts(store, settings, now)
    platform, live, second = own
    shop.add_shop(platform, 130, months=5)
    shop.add_shop(live, 15, months=2)
    shop.add_shop(second, 12, months=1)
    shop.add_test_clock(platform)
    connected = [
        _connect_account(platform, builder(CONNECTED_US, False), "FR", "eur", 8),
        _connect_account(platform, builder(CONNECTED_JP, False), "JP", "jpy", 5),
        _connect_account(live, builder(CONNECTED_US, True), "FR", "eur", 3),
    ]
    for n, make in enumerate(connected):
        for k in range(3 - n):
            payer = live if make.space.livemode else platform
            reversals = 12 if n + k == 0 else k
            connect.transfer(payer, make, 9000 + 100 * k, now - (k + 9) * DAY, reversals)
    unusual.add_movements(platform, CONNECTED_US)
    unusual.add_movements(live, CONNECTED_US)
    everybody = (*own, *connected)
    for make in everybody:
        payments.pay_out(make)
        payments.balance(make)
    _fill(own, connected, settings, now)
    for make in everybody:
        history.write_events(make)
    key = KEYS[settings.enlarge]
    add_copies(builder(key.account, key.livemode), settings)


def _connect_account(
    platform: Builder, make: Builder, country: str, currency: str, customers: int
) -> Builder:
    id, email = make.space.account, f"{currency}@example.com"
    account = accounts.open_account(make, id, NAMES[id], country, currency, email)
    accounts.show_to_platform(platform, make, account, PERSONS[id])
    connect.add_sales(platform, make, currency, customers)
    return make


def _fill(
    own: Sequence[Builder], connected: Sequence[Builder], settings: Settings, now: int
) -> None:
    platform, live, second = (make.space for make in own)
    fill(platform, settings.seed, now, 3, leave=("event",))
    fill(live, settings.seed, now, 2, leave=("event", "test_helpers.test_clock"))
    missing = [
        name
        for name in catalog().resources
        if covers(NOT_SET_UP, name) or name in (*WITHOUT_CONNECT, "event")
    ]
    fill(second, settings.seed, now, 1, leave=missing)
    for make in connected:
        fill(make.space, settings.seed, now, 0)
