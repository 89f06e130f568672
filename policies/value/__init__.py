"""What a contact and a customer are worth, as a firm can estimate it."""
