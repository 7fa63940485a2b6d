"""stripe_assets/mirror/migrate"""
