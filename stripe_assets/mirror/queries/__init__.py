"""stripe_assets/mirror/queries"""
