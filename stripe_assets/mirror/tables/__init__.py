"""stripe_assets/mirror/tables"""
