"""stripe_assets/sync/retrieval"""
