"""Exit codes besides 0, and how a command ends with one."""

import typer

FAILED, BAD_INPUT, CRASHED, INTERRUPTED = 1, 2, 70, 130
"""70 is `EX_SOFTWARE` of BSD's sysexits."""


def fail_unless(passed: bool) -> None:
    """End the command with exit code 1 unless what it checked has passed."""
    if not passed:
        raise typer.Exit(FAILED)


def complain(message: str, code: int) -> int:
    """Print a message on stderr and return the exit code."""
    from experiments.runtime.terminal import print_line

    print_line(f"optichannel: {message}", error=True)
    return code
