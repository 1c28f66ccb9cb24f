"""The top of the portal: settings, addresses, and the verbs that it adds to the command line."""
