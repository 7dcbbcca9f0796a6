"""`python -m fireline` is `fireline`."""

from fireline.app.main import main

main()
