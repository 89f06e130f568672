"""The machine: a world of journeys, contacts, queues and agents on a calendar."""
