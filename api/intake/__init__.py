"""One module per alert source: foreign payloads become events."""
