"""What happened: the register, the ledger, exports."""
