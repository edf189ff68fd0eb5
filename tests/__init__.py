"""The promises, in storeys."""
