"""`roust demo`: a small company, three alerts, real mails, on this machine alone."""
