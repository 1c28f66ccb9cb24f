"""Hand the rule on in formats of others: OSCAL for what is asked and checked, Akoma Ntoso for texts."""
