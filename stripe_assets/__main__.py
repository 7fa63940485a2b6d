"""`python -m stripe_assets` is `stripe-assets`."""

from stripe_assets.cli import main

main()
