"""The science: how customers and agents behave, as pure functions of plain numbers."""
