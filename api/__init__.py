"""Who may ask: the thin HTTP front."""
