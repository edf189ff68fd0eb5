"""tests/docs"""
