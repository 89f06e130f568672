"""What is measured: metrics and their definitions, KPIs and series over the register."""
