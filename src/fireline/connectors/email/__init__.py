"""E-mail, by SMTP. One message to one person at a time."""
