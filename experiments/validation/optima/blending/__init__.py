"""E-mail and phone in one team."""
