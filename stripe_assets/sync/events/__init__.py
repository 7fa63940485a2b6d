"""stripe_assets/sync/events"""
