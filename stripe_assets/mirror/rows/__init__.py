"""stripe_assets/mirror/rows"""
