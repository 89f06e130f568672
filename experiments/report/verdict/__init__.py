"""The verdict: sentences for somebody who has to decide."""
