"""stripe_assets/sync/planning"""
