"""How the portal looks and speaks: templates, tokens, tags. No views, no rules, no database."""
