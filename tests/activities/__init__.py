"""tests/activities"""
