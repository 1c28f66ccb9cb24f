"""The exploratory search: which gaps stand out, ranked, and which of them say the same thing."""
