"""`python -m webhook` is the command `xsa-scope`."""

from webhook.cli import main

main(prog_name="xsa-scope")
