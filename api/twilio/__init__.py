"""What comes back from Twilio: replies to texts, keys pressed in calls, and what became of both."""
