"""Privacy and security: members told from others, attributes guessed, texts repeated, weaknesses that others reported."""
