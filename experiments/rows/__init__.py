"""What practitioners claim about journeys: a shipped config and a recorded answer for each row."""
