"""stripe_assets/mirror/write"""
