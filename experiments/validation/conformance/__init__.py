"""The suite that every policy must pass, ours or a user's."""
