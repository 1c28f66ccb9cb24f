"""`python -m plumbrule` is the command `plumbrule`."""

try:
    from plumbrule.cli import main
except KeyboardInterrupt:  # pressed before anything had begun
    raise SystemExit(130) from None

if __name__ == "__main__":
    main()
