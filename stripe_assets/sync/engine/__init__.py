"""stripe_assets/sync/engine"""
