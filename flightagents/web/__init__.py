"""What the world may ask of us over HTTP: travellers' pages, the end of emails, Twilio's webhooks, metrics.

No page has a login: a token or a signature is the authority for what it opens, and nothing else is open.
"""
