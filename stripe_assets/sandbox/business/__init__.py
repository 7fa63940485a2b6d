"""A believable small business, written by hand; everything else is generated around it."""

from stripe_assets.sandbox.business.founding import found_everything

__all__ = ["found_everything"]
