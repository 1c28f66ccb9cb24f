"""Watch: windows over time, drift, and an alarm that rarely rings falsely."""
