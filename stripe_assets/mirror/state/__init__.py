"""stripe_assets/mirror/state"""
