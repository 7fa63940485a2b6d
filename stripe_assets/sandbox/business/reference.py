"""What Stripe has for every account: countries, exchange rates, tax codes, report types."""

from __future__ import annotations

from stripe_assets.sandbox.business.builder import Builder

COUNTRIES = {"US": "usd", "DE": "eur", "JP": "jpy", "AE": "aed", "SE": "sek"}
RATES = {"usd": 1.0, "eur": 1.0816, "jpy": 0.00667, "kwd": 3.2551}
TAX_CODES = {
    "txcd_10000000": "General - Electronically Supplied Services",
    "txcd_20030000": "General - Services",
    "txcd_99999999": "General - Tangible Goods",
    "txcd_40060003": "Food - Roasted Coffee",
}
REPORTS = ("balance.summary.1", "payouts.itemized.3", "ending_balance_reconciliation.itemized.4")


def add_reference_data(make: Builder) -> None:
    for country, currency in COUNTRIES.items():
        fields = {
            "individual": {"minimum": ["individual.email"]},
            "company": {"minimum": ["company.name"], "additional": []},
        }
        make.add(
            "country_spec",
            0,
            id=country,
            default_currency=currency,
            supported_bank_account_currencies={currency: [country]},
            supported_payment_currencies=list(RATES),
            supported_payment_methods=["card"],
            supported_transfer_countries=list(COUNTRIES),
            verification_fields=fields,
        )
    for currency, rate in RATES.items():
        make.add(
            "exchange_rate",
            0,
            id=currency,
            rates={other: round(rate / value, 6) for other, value in RATES.items()},
        )
    for code, name in TAX_CODES.items():
        make.add(
            "tax_code", 0, id=code, name=name, description=f"{name}, as tax authorities sort it"
        )
    for report in REPORTS:
        make.add(
            "reporting.report_type",
            0,
            id=report,
            name=report.split(".")[0].replace("_", " ").title(),
            data_available_start=make.ago(700),
            data_available_end=make.ago(1),
            updated=make.ago(1),
            version=int(report[-1]),
            default_columns=["created", "net"],
        )
