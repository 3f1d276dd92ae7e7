"""Who takes part: requesters and their addresses, agents, teams, and what each may do and see."""
