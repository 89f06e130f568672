"""What a learned policy does differently, and which features tell it."""
