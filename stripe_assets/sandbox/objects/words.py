"""Names, places and notes for the sandbox's data, in several scripts. All of them are invented."""

from __future__ import annotations

from typing import NamedTuple


class Place(NamedTuple):
    country: str
    city: str
    line1: str
    postal_code: str
    state: str | None
    currency: str
    locale: str


PLACES: tuple[Place, ...] = (
    Place("US", "Portland", "1200 SE Division St", "97202", "OR", "usd", "en-US"),
    Place("US", "Austin", "88 Barton Springs Rd", "78704", "TX", "usd", "en-US"),
    Place("DE", "München", "Schäftlarnstraße 10", "81371", None, "eur", "de"),
    Place("FR", "Orléans", "14 rue de la Forêt", "45000", None, "eur", "fr"),
    Place("JP", "京都市", "上京区今出川通5-1", "602-0000", "京都府", "jpy", "ja"),
    Place("KW", "مدينة الكويت", "شارع الخليج العربي 7", "13001", None, "kwd", "ar"),
    Place("SE", "Malmö", "Östra Förstadsgatan 3", "211 31", None, "eur", "sv"),
    Place("PL", "Łódź", "ul. Piotrkowska 99", "90-425", None, "eur", "pl"),
)

NAMES: tuple[tuple[str, str], ...] = (
    ("Jürgen Großmann", "juergen.grossmann"),
    ("Zoë Ångström", "zoe.angstrom"),
    ("山田 花子", "hanako.yamada"),
    ("محمد العنزي", "m.alanzi"),
    ("Olga Иванова", "olga.ivanova"),
    ("Renée Müller-Lüdenscheid", "renee.ml"),
    ("Sam 🦊 Fox", "sam.fox"),
    ("Nguyễn Thị Hạnh", "hanh.nguyen"),
    ("Łukasz Wójcik", "lukasz.wojcik"),
    ("O'Brien & Sons", "office.obrien"),
    ("佐藤商店", "sato.shoten"),
    ("Δημήτρης Παππάς", "d.pappas"),
    ("שירה כהן", "shira.cohen"),
    ("Ada Quill", "ada.quill"),
    ("김민준", "minjun.kim"),
    ("Björk Þórsdóttir", "bjork.thorsdottir"),
    ('Café "Zur Post"', "hallo.zurpost"),
    ("Priya नायर", "priya.nair"),
    ("Tomáš Dvořák", "tomas.dvorak"),
    ("José Peña 🎉", "jose.pena"),
)

TEXTS: tuple[str, ...] = (
    "Sent by the night shift",
    "Grüße aus der Werkstatt",
    "定期便のお客様",
    "عميل قديم",
    "Checked twice ✔︎",
    "Line one\nline two",
)
