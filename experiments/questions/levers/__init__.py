"""Levers with a price: what they bring for the money, and the best set within a budget."""
