"""`python -m roust`."""

from roust.cli.main import main

main()
