"""What happened: the register, the ledger, what of it is visible, exports."""
