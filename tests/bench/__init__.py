"""The measurements can be made: their figures are for people to read, never for a test to bound."""
