"""The one error that bad input raises."""


class InputError(Exception):
    """What the user gave cannot be used; the message names the key, the rule and the value.

    Commands print the message on stderr and exit with 2; nobody needs its traceback.
    """
