"""A parameter that an endpoint has refused is left out of its later requests."""

from __future__ import annotations

from typing import Any

import pytest

from stripe_assets.stripe_api import Failure, InvalidRequest
from stripe_assets.sync.engine.refused_parameters import RefusedParameters
from stripe_assets.sync.engine.task import Source
from stripe_assets_tests.sync.engine.test_scheduler import OWNER

PRICES = "/v1/prices"
EXPANDED = {"limit": 100, "expand": ["data.tiers", "data.product"]}


def source(params: dict[str, Any], *required: str) -> Source:
    return Source(
        model="price",
        resource="price",
        reader=OWNER,
        path=PRICES,
        endpoint=PRICES,
        params=params,
        required=frozenset(required),
    )


def error(message: str = "", code: str | None = None, param: str | None = None) -> InvalidRequest:
    return InvalidRequest(Failure(path=PRICES, message=message, code=code, param=param))


@pytest.mark.parametrize("param", [None, "expand"])
def test_an_expansion_that_stripe_names_is_left_out_and_the_others_stay(param: str | None) -> None:
    refused = RefusedParameters()
    said = error("This property cannot be expanded (data.tiers).", param=param)
    assert refused.learn(source(EXPANDED), said) == "expand data.tiers"
    assert refused.without(PRICES, EXPANDED) == {"limit": 100, "expand": ["data.product"]}
    assert EXPANDED["expand"] == ["data.tiers", "data.product"]


@pytest.mark.parametrize(
    ("message", "param"),
    [("(data.tiers_mode)", None), ("data.tiers", None), ("(data.tiers)", "limit")],
)
def test_an_error_about_something_else_refuses_no_expansion(
    message: str, param: str | None
) -> None:
    refused = RefusedParameters()
    assert refused.learn(source(EXPANDED), error(message, param=param)) is None
    assert refused.without(PRICES, EXPANDED) == EXPANDED


@pytest.mark.parametrize(
    ("name", "param"), [("active", "active"), ("recurring[meter]", "recurring")]
)
def test_an_unknown_parameter_is_left_out(name: str, param: str) -> None:
    refused, params = RefusedParameters(), {"limit": 100, name: "x"}
    said = error(code="parameter_unknown", param=param)
    assert refused.learn(source(params), said) == name
    assert refused.without(PRICES, params) == {"limit": 100}


def test_a_parameter_with_an_invalid_value_is_not_left_out() -> None:
    refused, params = RefusedParameters(), {"limit": 100}
    said = error(code="parameter_invalid_integer", param="limit")
    assert refused.learn(source(params), said) is None
    assert refused.without(PRICES, params) == params


def test_the_parameter_that_names_the_parent_is_never_left_out() -> None:
    refused, params = RefusedParameters(), {"customer": "cus_1"}
    said = error(code="parameter_unknown", param="customer")
    assert refused.learn(source(params, "customer"), said) is None
    assert refused.without(PRICES, params) == params


def test_other_endpoints_keep_the_parameter() -> None:
    refused = RefusedParameters()
    refused.learn(source({"active": True}), error(code="parameter_unknown", param="active"))
    assert refused.without("/v1/products", {"active": True}) == {"active": True}
