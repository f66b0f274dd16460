"""How people are reached: the words (render), email by SMTP (email), SMS by Twilio (sms)."""
