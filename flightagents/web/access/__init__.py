"""Who may see and do what on the web: sessions, tokens, a trusted proxy, and the gate before every page."""
