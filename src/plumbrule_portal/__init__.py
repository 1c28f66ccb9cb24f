"""The portal: a register that people can read, check and run themselves. A Django project on the core.

The core never knows this package; it adds `serve`, `submit`, `import`, `rebuild`, `backup`, `restore` and `tick` to the
command line. Read the apps downwards: config, pages, systems, ledger, accounts, ui.
"""
